using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

/// <summary>
/// A running link, and the bare other end of its connection with the ciphers to seal and open by hand.
/// </summary>
internal sealed class LinkPair : IAsyncDisposable
{
    private LinkPair(Socket near, Socket far, LinkOptions options, RemoteBudget? budget, CipherSuites suite)
    {
        byte[] outbound = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);
        byte[] inbound = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);
        Far = far;
        FarOpens = new NoiseCipher(outbound, suite);
        FarSeals = new NoiseCipher(inbound, suite);
        Receiver = new Forwarder(Sink);
        Link = new SecureLink(
            new EstablishedLink(
                new ReactorSocket(Reactor, near), 0, new NoiseCipher(outbound, suite), new NoiseCipher(inbound, suite)),
            options, Counters, budget ?? new RemoteBudget(options.BytesPerRemoteMax));
        Run = Link.RunAsync(Receiver);
    }

    /// <summary>The link's own.</summary>
    public Reactor Reactor { get; } = new("link");

    public SecureLink Link { get; }

    public LinkCounters Counters { get; } = new();

    public RecordingSink<int> Sink { get; } = new();

    /// <summary>Completes with the fault that ended the link.</summary>
    public Task<LinkFault> Run { get; }

    public Socket Far { get; }

    public NoiseCipher FarSeals { get; }

    public NoiseCipher FarOpens { get; }

    private Forwarder Receiver { get; }

    public static async Task<LinkPair> CreateAsync(
        CipherSuites suite, LinkOptions? options, RemoteBudget? budget, int? bufferBytes)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferBytes is { } receive) far.ReceiveBufferSize = receive;
        Task connect = far.ConnectAsync(listener.LocalEndPoint!);
        Socket near = await listener.AcceptAsync();
        await connect;
        near.NoDelay = true;
        if (bufferBytes is { } send) near.SendBufferSize = send;
        return new LinkPair(near, far, options ?? LinkOptions.Peers, budget, suite);
    }

    /// <summary>The far end sends a record with this plaintext.</summary>
    public async Task SendRecordAsync(params byte[] plaintext) => await Far.SendAsync(Record(plaintext));

    /// <summary>A sealed record, the next of the far end.</summary>
    public byte[] Record(ReadOnlySpan<byte> plaintext)
    {
        byte[] record = new byte[SecureLink.LengthBytes + plaintext.Length + FarSeals.TagBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(
            record, (ushort)(plaintext.Length + FarSeals.TagBytes));
        plaintext.CopyTo(record.AsSpan(SecureLink.LengthBytes));
        FarSeals.Seal(record.AsSpan(SecureLink.LengthBytes));
        return record;
    }

    /// <summary>The plaintext of the next record that the link sent.</summary>
    public async Task<byte[]> ReceiveRecordAsync()
    {
        byte[] length = await ReceiveExactlyAsync(SecureLink.LengthBytes);
        byte[] record = await ReceiveExactlyAsync(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(length));
        Assert.True(FarOpens.TryOpen(record));
        return record[..^FarOpens.TagBytes];
    }

    public async Task<LinkFault> EndAsync() => await Run.WaitAsync(Patience.Time);

    public async ValueTask DisposeAsync()
    {
        Link.Close(LinkFault.Local);
        Far.Dispose();
        await EndAsync();
        Reactor.Dispose();
        FarSeals.Dispose();
        FarOpens.Dispose();
    }

    private async Task<byte[]> ReceiveExactlyAsync(int length)
    {
        byte[] buffer = new byte[length];
        for (int filled = 0; filled < length;)
        {
            int count = await Far.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(Patience.Time);
            Assert.NotEqual(0, count);
            filled += count;
        }
        return buffer;
    }

    private sealed class Forwarder(RecordingSink<int> sink) : ILinkReceiver
    {
        public ValueTask OnFrame(ReadOnlyMemory<byte> frame) => sink.OnFrame(0, frame);

        public void OnFramesEnd() => sink.OnFramesEnd(0);
    }
}
