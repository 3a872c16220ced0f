namespace BftSmr.Hosting;

/// <summary>Where a lane stands.</summary>
internal enum FairLanePlace
{
    /// <summary>It has nothing to take.</summary>
    Idle,

    /// <summary>Its turn will come.</summary>
    Waiting,

    /// <summary>Items are being taken from it.</summary>
    Served,

    /// <summary>It has items that are not to be taken for now.</summary>
    HeldBack,
}
