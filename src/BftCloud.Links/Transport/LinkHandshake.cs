using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Hello and Noise IK on a fresh connection. Every message has a fixed size, so nothing is allocated by what the other
/// end says:
/// <code>
/// initiator -&gt; responder   hello (72) | Noise 1 with the initiator's id and the cipher suites it offers (101)
/// responder -&gt; initiator   hello with its verdict (72) | Noise 2 with the suite it chose (49), if it accepts
/// initiator -&gt; responder   an empty record of that suite: proof that the initiator is there now
/// </code>
/// </summary>
internal static class LinkHandshake
{
    private const int IdBytes = sizeof(int);
    private const int FirstPayloadBytes = IdBytes + sizeof(CipherSuites);
    private const int SecondPayloadBytes = sizeof(CipherSuites);
    private const int NoiseFirstBytes = NoiseHandshake.FirstOverheadBytes + FirstPayloadBytes;
    private const int FirstBytes = Hello.Size + NoiseFirstBytes;
    private const int SecondBytes = Hello.Size + NoiseHandshake.SecondOverheadBytes + SecondPayloadBytes;

    /// <summary>
    /// Proves to be <paramref name="ownId"/> to the replica at the other end of the connection. The prologue binds what
    /// the link is for.
    /// </summary>
    /// <exception cref="LinkException">The other end is not that replica, refuses, or speaks something
    /// else.</exception>
    /// <exception cref="SocketException">The connection broke, or was closed here, as it is at a deadline.</exception>
    public static async Task<EstablishedLink> InitiateAsync(
        ReactorSocket socket, LinkCredentials credentials, LinkPort port, int ownId, ReplicaId replica,
        LinkPurpose purpose = LinkPurpose.Messages)
    {
        await LeaveThreadAsync();
        byte[] message = new byte[FirstBytes];
        Hello hello = credentials.HelloFor(port, purpose);
        hello.Write(message);
        using NoiseHandshake handshake = NoiseHandshake.Initiate(
            credentials.Own.Agreement, KeyOf(credentials, replica), message.AsSpan(0, Hello.Size));
        byte[] payload = new byte[FirstPayloadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, ownId);
        payload[IdBytes] = (byte)credentials.Suites;
        if (!handshake.TryWriteFirst(payload, message.AsSpan(Hello.Size))) throw InvalidKey(replica);
        await SendAsync(socket, message).ConfigureAwait(false);

        byte[] answer = new byte[SecondBytes];
        int received = await ReceiveAsync(socket, answer, 0, Hello.Size).ConfigureAwait(false);
        Hello.CheckVersion(answer);
        hello.Check(answer);
        Hello.CheckAccepted(answer);
        await ReceiveAsync(socket, answer, received, SecondBytes).ConfigureAwait(false);
        byte[] choice = new byte[SecondPayloadBytes];
        if (!handshake.TryReadSecond(answer.AsSpan(Hello.Size), choice))
            throw new LinkException(
                LinkFault.BadHandshake,
                $"it does not hold the key that cluster.json has for {replica}. "
                + "Check the address, and that the replica runs with its own key file.");

        CipherSuites suite = (CipherSuites)choice[0];
        if (!SuiteChoice.IsAnswerTo(credentials.Suites, suite))
            throw new LinkException(LinkFault.BadHandshake, "it chose a cipher suite that was not offered.");
        (NoiseCipher send, NoiseCipher receive) = handshake.Split(suite);
        EstablishedLink link = new(socket, replica.Value, send, receive, purpose);
        try
        {
            byte[] confirmation = new byte[SecureLink.LengthBytes + send.TagBytes];
            BinaryPrimitives.WriteUInt16BigEndian(confirmation, (ushort)send.TagBytes);
            send.Seal(confirmation.AsSpan(SecureLink.LengthBytes));
            await SendAsync(socket, confirmation).ConfigureAwait(false);
            return link;
        }
        catch
        {
            link.DisposeCiphers();
            throw;
        }
    }

    /// <summary>Learns which node connected, and proves to be this node.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="credentials">This node's.</param>
    /// <param name="port">The port it came in by.</param>
    /// <param name="admit">Throws if the node with this id and key may not have a link now. An attacker that repeats
    /// an old message gets as far as here.</param>
    /// <exception cref="LinkException">The other end is unknown, was not admitted, or speaks another
    /// protocol.</exception>
    /// <exception cref="SocketException">The connection broke, or was closed here, as it is at a deadline.</exception>
    public static async Task<EstablishedLink> RespondAsync(
        ReactorSocket socket, LinkCredentials credentials, LinkPort port, Action<int> admit)
    {
        byte[] message = new byte[FirstBytes];
        int received = await ReceiveAsync(socket, message, 0, Hello.Size).ConfigureAwait(false);
        Hello.CheckVersion(message);
        await ReceiveAsync(socket, message, received, FirstBytes).ConfigureAwait(false);
        await LeaveThreadAsync();

        LinkPurpose purpose = Hello.PurposeOf(message, port);
        Hello hello = credentials.HelloFor(port, purpose);
        byte[] answer = new byte[SecondBytes];
        int id;
        NoiseCipher receive, send;
        try
        {
            hello.Check(message);
            hello.Write(answer);
            using NoiseHandshake handshake =
                NoiseHandshake.Respond(credentials.Own.Agreement, answer.AsSpan(0, Hello.Size));
            (id, CipherSuites suite) = ReadFirst(handshake, message.AsSpan(Hello.Size), credentials, port);
            admit(id);
            if (!handshake.TryWriteSecond([(byte)suite], answer.AsSpan(Hello.Size)))
                throw new LinkException(LinkFault.BadHandshake, "its handshake has a key of small order.");
            (receive, send) = handshake.Split(suite);
        }
        catch (LinkException e)
        {
            hello.Write(answer, e.Fault);
            await TrySendLastAsync(socket, answer.AsMemory(0, Hello.Size)).ConfigureAwait(false);
            throw;
        }
        // An attacker that repeats an old handshake gets as far as here: it must not leave keys behind.
        EstablishedLink link = new(socket, id, send, receive, purpose);
        try
        {
            await SendAsync(socket, answer).ConfigureAwait(false);
            byte[] confirmation = new byte[SecureLink.LengthBytes + receive.TagBytes];
            await ReceiveAsync(socket, confirmation, 0, confirmation.Length).ConfigureAwait(false);
            return IsConfirmation(confirmation, receive)
                ? link
                : throw new LinkException(
                    LinkFault.BadHandshake,
                    $"it repeated a handshake that {NameOf(port, id)} once made, without holding its key.");
        }
        catch
        {
            link.DisposeCiphers();
            throw;
        }
    }

    private static bool IsConfirmation(Span<byte> confirmation, NoiseCipher receive) =>
        BinaryPrimitives.ReadUInt16BigEndian(confirmation) == receive.TagBytes
        && receive.TryOpen(confirmation[SecureLink.LengthBytes..]);

    private static (int Id, CipherSuites Suite) ReadFirst(
        NoiseHandshake handshake, ReadOnlySpan<byte> message, LinkCredentials credentials, LinkPort port)
    {
        Span<byte> payload = stackalloc byte[FirstPayloadBytes];
        if (!handshake.TryReadFirst(message, payload))
            throw new LinkException(
                LinkFault.BadHandshake,
                "its handshake was not made for this node's key, or was changed on the way. "
                + "Check that its cluster.json has this node's public key at this address.");
        int id = BinaryPrimitives.ReadInt32LittleEndian(payload);
        ReadOnlySpan<byte> expected = credentials.AgreementKeyOfInitiator(port, id);
        if (expected.IsEmpty || !CryptographicOperations.FixedTimeEquals(expected, handshake.RemoteStatic))
            throw new LinkException(
                LinkFault.UnknownKey,
                $"it says that it is {NameOf(port, id)}, but does not hold the key that cluster.json has for it. "
                + "Check that it runs with its own key file.");
        if (!SuiteChoice.TryChoose((CipherSuites)payload[IdBytes], credentials.Suites, out CipherSuites suite))
            throw new LinkException(
                LinkFault.BadHandshake,
                "it offers no cipher suite that this node has. Run the same release everywhere.");
        return (id, suite);
    }

    private static ReadOnlySpan<byte> KeyOf(LinkCredentials credentials, ReplicaId replica)
    {
        ReadOnlySpan<byte> key = credentials.AgreementKeyOf(replica);
        return key.IsEmpty ? throw InvalidKey(replica) : key;
    }

    private static LinkException InvalidKey(ReplicaId replica) =>
        new(LinkFault.UnknownKey, $"cluster.json has no valid public key for {replica}. Correct it.");

    private static string NameOf(LinkPort port, int id) =>
        port == LinkPort.Peers ? new ReplicaId(id).ToString() : new ClientId(id).ToString();

    /// <summary>The agreements take 0.2 ms: not on a thread that others wait for to have their sockets read.</summary>
    private static ConfiguredTaskAwaitable LeaveThreadAsync() =>
        Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static async ValueTask SendAsync(ReactorSocket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes).ConfigureAwait(false)..];
    }

    /// <summary>Says why the connection ends; whether it arrives changes nothing.</summary>
    private static async ValueTask TrySendLastAsync(ReactorSocket socket, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(socket, bytes).ConfigureAwait(false);
            socket.ShutdownSend();
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>
    /// Fills the buffer at least up to <paramref name="needed"/>, but never beyond its end; returns how far it is
    /// filled.
    /// </summary>
    private static async ValueTask<int> ReceiveAsync(ReactorSocket socket, Memory<byte> buffer, int filled, int needed)
    {
        while (filled < needed)
        {
            int received = await socket.ReceiveAsync(buffer[filled..]).ConfigureAwait(false);
            if (received == 0)
                throw new LinkException(LinkFault.Closed, "it closed the connection during the handshake.");
            filled += received;
        }
        return filled;
    }
}
