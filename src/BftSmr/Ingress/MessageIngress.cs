using BftCloud.Primitives;
using BftSmr.Authentication;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Settings;

namespace BftSmr.Ingress;

/// <summary>
/// Turns frames from authenticated links into inputs of the core: decodes them, and checks proofs, single requests, and
/// which node may send what. Not thread-safe: it remembers what it has checked. Checks that depend on the replica's
/// state are the core's: also those of the requests of a proposal, as WRITEs of others may prove them. A frame that is
/// dropped gives null with a reason, never an exception. Inputs keep slices of the frame.
/// </summary>
internal sealed class MessageIngress
{
    private readonly ReplicaSettings _settings;
    private readonly RequestAuthenticity _authenticity;
    private readonly ProofVerifier _proofs;
    private readonly IMessageChecks _checks;

    public MessageIngress(ReplicaSettings settings, IKeyring keyring, OrderingProtocol protocol)
    {
        _settings = settings;
        Keyring = new RememberingKeyring(keyring);
        _authenticity = new RequestAuthenticity(settings, Keyring);
        _proofs = new ProofVerifier(settings.Quorums, Keyring);
        _checks = protocol.CreateChecks(settings, Keyring);
        Limits = CodecLimits.For(settings, protocol.Family);
    }

    public CodecLimits Limits { get; }

    /// <summary>
    /// Remembers the signatures that were right here. The core of the same replica uses it too: the requests of a
    /// proposal mostly came from their clients before.
    /// </summary>
    public IKeyring Keyring { get; }

    /// <summary>
    /// Whether the core would use a message (<see cref="IReplicaCore.Uses"/>), asked right before its step. What it
    /// would not use has its signatures unchecked.
    /// </summary>
    public Func<PeerMessage, bool> Uses { get; set; } = static _ => true;

    /// <summary>A frame from a peer's link.</summary>
    /// <param name="from">The peer.</param>
    /// <param name="frame">What it sent.</param>
    /// <param name="reason">Why there is no input.</param>
    /// <param name="isBulk">Whether the link is the one for bulk; null where one link carries all.</param>
    public Input? FromPeer(
        ReplicaId from, ReadOnlyMemory<byte> frame, out RejectReason reason, bool? isBulk = null)
    {
        if (frame.Length > Limits.PeerFrameBytesMax) return Reject(RejectReason.Oversized, out reason);
        if (!PeerMessageCodec.TryDecode(frame, Limits, out PeerMessage? message))
            return Reject(RejectReason.Malformed, out reason);
        if (isBulk is { } expected && BulkMessages.Include(message) != expected)
            return Reject(RejectReason.WrongLink, out reason);
        return FromPeer(from, message, out reason);
    }

    /// <summary>A decoded message from a peer's link.</summary>
    public Input? FromPeer(ReplicaId from, PeerMessage message, out RejectReason reason)
    {
        if (from.Value < 0 || from.Value >= _settings.Quorums.Replicas)
            return Reject(RejectReason.WrongSender, out reason);
        PeerMessage? accepted = message switch
        {
            Forward forward => CheckForward(forward, out reason),
            RelayRead read => CheckRelayRead(read, out reason),
            Checkpoint checkpoint => _proofs.Check(from, checkpoint, out reason) ? checkpoint : null,
            CheckpointOffer offer => _proofs.Check(offer, Uses(message), out reason) ? offer : null,
            _ => _checks.Passes(from, message, Uses(message), out reason) ? message : null,
        };
        return accepted is null ? null : new PeerInput(from, accepted);
    }

    /// <summary>
    /// A frame from a client's link. Besides inputs for the core it may be an <see cref="AttachInput"/> for the host.
    /// </summary>
    public Input? FromClient(ClientId client, ReadOnlyMemory<byte> frame, out RejectReason reason)
    {
        if (frame.Length > Limits.ClientFrameBytesMax) return Reject(RejectReason.Oversized, out reason);
        if (!ClientMessageCodec.TryDecode(frame, Limits, out ClientMessage? message))
            return Reject(RejectReason.Malformed, out reason);
        return FromClient(client, message, out reason);
    }

    /// <summary>A decoded message from a client's link.</summary>
    public Input? FromClient(ClientId client, ClientMessage message, out RejectReason reason)
    {
        reason = default;
        switch (message)
        {
            case Submit submit:
                return CheckSubmit(client, submit.Request, out reason) ? new RequestInput(submit.Request) : null;
            case Read read:
                return new ReadInput(client, read);
            case Attach attach:
                return new AttachInput(new SessionId(client, attach.Nonce));
            default:
                return Reject(RejectReason.Unsolicited, out reason);
        }
    }

    private Forward? CheckForward(Forward forward, out RejectReason reason)
    {
        reason = RejectReason.BadAuthentication;
        return _authenticity.IsAuthentic(forward.Request) ? forward : null;
    }

    /// <summary>
    /// Without its client's MAC a read could be asked about before the client issues it: the reply share would be on a
    /// state older than the read.
    /// </summary>
    private RelayRead? CheckRelayRead(RelayRead read, out RejectReason reason)
    {
        reason = RejectReason.BadAuthentication;
        Span<byte> statement = stackalloc byte[ReadStatement.QueryBytes];
        ReadStatement.WriteQuery(read.Nonce, read.ReadId, Blake2b.Hash(read.Operation.Span), statement);
        return Keyring.VerifyMacFromClient(read.Client, statement, read.Mac.Span) ? read : null;
    }

    private bool CheckSubmit(ClientId client, Request request, out RejectReason reason)
    {
        reason = RejectReason.WrongSender;
        if (request.Session.Client != client) return false;

        reason = RejectReason.BadAuthentication;
        if (request.IsSigned) return RequestCodec.VerifySignature(request, Keyring);

        // The link authenticates the client, so its MACs need only be there, for the other replicas.
        return _settings.Authentication == RequestAuthentication.Mac && request.Macs.Length == Limits.MacsBytes;
    }

    private static Input? Reject(RejectReason why, out RejectReason reason)
    {
        reason = why;
        return null;
    }
}
