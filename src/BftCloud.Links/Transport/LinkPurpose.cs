namespace BftCloud.Links;

/// <summary>
/// What a link is for. Two replicas share one of each kind, so that no vote waits behind what only helps a late replica
/// to catch up.
/// </summary>
internal enum LinkPurpose : byte
{
    /// <summary>All but bulk. A replica is up while this link to it is.</summary>
    Messages = 0,

    /// <summary>Between replicas: what is fetched. It comes after all else, and may be down.</summary>
    Bulk = 1,
}
