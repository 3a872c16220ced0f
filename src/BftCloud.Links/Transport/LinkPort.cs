namespace BftCloud.Links;

/// <summary>Which of a replica's two ports a link is on.</summary>
internal enum LinkPort : byte
{
    /// <summary>For the other replicas.</summary>
    Peers = 1,

    /// <summary>For clients.</summary>
    Clients = 2,
}
