using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// What both ends say in clear before anything else, so that a mix-up can be named; 72 bytes. The handshake's prologue
/// binds it, so a hello that was changed on the way only makes the handshake fail.
/// <code>
/// "BFTL" | version | port | status | purpose | BLAKE2b of the cluster's id (32) | hash of cluster.json (32)
/// </code>
/// </summary>
/// <param name="Port">The port that the initiator means to reach.</param>
/// <param name="ClusterHash">The hash of the cluster's id.</param>
/// <param name="ConfigurationHash">The hash of cluster.json's content.</param>
/// <param name="Purpose">What the initiator wants the link for.</param>
internal readonly record struct Hello(
    LinkPort Port, Digest ClusterHash, Digest ConfigurationHash, LinkPurpose Purpose = LinkPurpose.Messages)
{
    public const int Size = 8 + 2 * Digest.Size;

    /// <summary>Changes whenever the link protocol, or a message carried by it, does.</summary>
    private const byte Version = 6;

    private const int StatusOffset = 6;
    private const int PurposeOffset = 7;
    private const byte Accepted = 0;

    private static ReadOnlySpan<byte> Magic => "BFTL"u8;

    /// <summary>Writes the hello with the responder's verdict; an initiator, and the prologue, have none.</summary>
    public void Write(Span<byte> destination, LinkFault? verdict = null)
    {
        Magic.CopyTo(destination);
        destination[4] = Version;
        destination[5] = (byte)Port;
        destination[StatusOffset] = verdict is { } fault ? StatusOf(fault) : Accepted;
        destination[PurposeOffset] = (byte)Purpose;
        ClusterHash.CopyTo(destination[8..]);
        ConfigurationHash.CopyTo(destination[(8 + Digest.Size)..]);
    }

    /// <summary>
    /// What an initiator wants a link for. <see cref="Check"/> refuses what the port has no links for.
    /// </summary>
    public static LinkPurpose PurposeOf(ReadOnlySpan<byte> other, LinkPort port) =>
        port == LinkPort.Peers && other[PurposeOffset] == (byte)LinkPurpose.Bulk
            ? LinkPurpose.Bulk
            : LinkPurpose.Messages;

    /// <summary>
    /// Throws if the other end speaks another protocol or version, so that what follows cannot be understood.
    /// </summary>
    /// <exception cref="LinkException">Says what it speaks.</exception>
    public static void CheckVersion(ReadOnlySpan<byte> other)
    {
        if (!other.StartsWith(Magic))
            throw new LinkException(LinkFault.NotThisProtocol, "it does not speak this protocol. Check the address.");
        if (other[4] != Version)
            throw new LinkException(
                LinkFault.NotThisProtocol,
                $"it speaks version {other[4]} of the link protocol, this node speaks version {Version}. "
                + "Run the same release everywhere.");
    }

    /// <summary>Throws if what the other end said does not fit to this, our own, hello.</summary>
    /// <exception cref="LinkException">Says what differs.</exception>
    public void Check(ReadOnlySpan<byte> other)
    {
        if (other[5] != (byte)Port)
            throw new LinkException(
                LinkFault.NotThisProtocol,
                $"it means the port for {Name((LinkPort)other[5])}, this is about the one for {Name(Port)}. "
                + "Check the peer and client addresses.");
        if (other[PurposeOffset] != (byte)Purpose)
            throw new LinkException(
                LinkFault.NotThisProtocol,
                "it means another kind of link than this one. Run the same release everywhere.");
        Digest cluster = new(other.Slice(8, Digest.Size));
        if (cluster != ClusterHash)
            throw new LinkException(
                LinkFault.WrongCluster,
                "it belongs to another cluster (its cluster id differs). Check the address and the cluster.json.");
        Digest configuration = new(other.Slice(8 + Digest.Size, Digest.Size));
        if (configuration != ConfigurationHash)
            throw new LinkException(
                LinkFault.ConfigurationDiffers,
                $"its cluster.json differs from this node's (its hash is {Short(configuration)}, "
                + $"this node's is {Short(ConfigurationHash)}). Copy the same cluster.json to all nodes.");
    }

    /// <summary>Throws if the responder's hello refuses us.</summary>
    /// <exception cref="LinkException">Says why.</exception>
    public static void CheckAccepted(ReadOnlySpan<byte> other)
    {
        if (other[StatusOffset] == Accepted) return;
        throw new LinkException(LinkFault.Refused, $"it refused this node: {Explain(other[StatusOffset])}");
    }

    private static byte StatusOf(LinkFault fault) => fault switch
    {
        LinkFault.NotThisProtocol => 1,
        LinkFault.WrongCluster => 2,
        LinkFault.ConfigurationDiffers => 3,
        LinkFault.UnknownKey => 4,
        LinkFault.BadHandshake => 5,
        LinkFault.TooManyLinks => 6,
        _ => 255,
    };

    private static string Explain(byte status) => status switch
    {
        4 =>
            "this node's key is not the one that its cluster.json has for this node. "
            + "Use the key file that was made with this cluster.json.",
        5 =>
            "this node's handshake was not made for its key. "
            + "Check that the address leads to the replica that is meant, and that it runs with its own key file.",
        6 => "it has too many connections from this node, or in total. Close some, or share one client among callers.",
        _ => $"status {status}.",
    };

    private static string Name(LinkPort port) => port switch
    {
        LinkPort.Peers => "replicas",
        LinkPort.Clients => "clients",
        _ => "something unknown",
    };

    private static string Short(Digest digest) => digest.ToString()[..12];
}
