namespace BftCloud.Links;

/// <summary>
/// Why a connection was refused or a link ended. Counted; shown by metrics as <c>link_faults{fault=…}</c>.
/// </summary>
internal enum LinkFault
{
    /// <summary>The other end closed the connection, or the network broke it.</summary>
    Closed,

    /// <summary>Nothing arrived for longer than <see cref="LinkOptions.SilenceTimeout"/>.</summary>
    Silent,

    /// <summary>The handshake was not complete in time.</summary>
    HandshakeTimeout,

    /// <summary>The first bytes are not those of this protocol, in this version, on this port.</summary>
    NotThisProtocol,

    /// <summary>The other end belongs to another cluster.</summary>
    WrongCluster,

    /// <summary>The other end has another cluster.json.</summary>
    ConfigurationDiffers,

    /// <summary>
    /// The other end holds a key that is not in cluster.json, or not the one that cluster.json gives for the
    /// node that it says it is.
    /// </summary>
    UnknownKey,

    /// <summary>A handshake message that was not made for this node's key, or was changed on the way.</summary>
    BadHandshake,

    /// <summary>The other end refused this node, and said so before it could prove its identity.</summary>
    Refused,

    /// <summary>
    /// More connections than <see cref="LinkOptions.LinksMax"/> or <see cref="LinkOptions.LinksPerRemoteMax"/>.
    /// </summary>
    TooManyLinks,

    /// <summary>
    /// More unfinished handshakes than <see cref="LinkOptions.HalfOpenMax"/>: the oldest was dropped.
    /// </summary>
    TooManyHalfOpen,

    /// <summary>A record that is not authentic: changed, replayed, out of order, or not a record at all.</summary>
    CorruptRecord,

    /// <summary>A frame beyond <see cref="LinkOptions.FrameBytesMax"/>.</summary>
    OversizedFrame,

    /// <summary>A frame began that would take the remote beyond <see cref="LinkOptions.BytesPerRemoteMax"/>.</summary>
    OverBudget,

    /// <summary>
    /// There was no room left for another client identity, and this one held most: links, or bytes that wait.
    /// </summary>
    GaveWay,

    /// <summary>
    /// A client sent what no correct client sends: no message, or one that is not its own or not authentic.
    /// </summary>
    Misbehaved,

    /// <summary>The same remote connected again; the newer link counts.</summary>
    Superseded,

    /// <summary>This node closed the link on purpose.</summary>
    Local,
}
