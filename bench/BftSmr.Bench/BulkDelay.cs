using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using BftCloud.Links;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Bench;

/// <summary>
/// How long votes from one node to another take while that one fetches as much as it can, with so many pieces asked for
/// at a time. The fetched pieces and the votes take the same link, or each its own. Prints the port where the first
/// node listens, and reads the address at which the second one finds it.
/// </summary>
public sealed class BulkDelay : IDisposable
{
    private const int PieceBytes = 256 << 10;
    private const int VoteBytes = 64;
    private static readonly TimeSpan s_voteEvery = TimeSpan.FromMilliseconds(10);

    private readonly KeyPair[] _keys = [KeyPair.Generate(), KeyPair.Generate()];
    private readonly LinkPurpose _purpose;
    private readonly int _underWay;
    private readonly PeerMesh _source, _fetcher;
    private readonly TaskCompletionSource _isUp = new(), _isDone = new();
    private readonly List<double> _voteMillis = [];
    private readonly long _pieces;
    private long _lacking, _asked, _isVoting;

    private BulkDelay(bool isApart, long bytes, int underWay)
    {
        (_purpose, _underWay, _lacking) = (
            isApart ? LinkPurpose.Bulk : LinkPurpose.Messages, underWay, bytes / PieceBytes);
        _pieces = _lacking;
        (_source, _fetcher) = (Mesh(0), Mesh(1));
    }

    /// <summary>Prints the delays of votes without and with a fetch of so many bytes.</summary>
    /// <param name="isApart">Pieces have a link of their own.</param>
    /// <param name="bytes">How much is fetched.</param>
    /// <param name="underWay">Pieces asked for at a time.</param>
    public static void Run(bool isApart, long bytes, int underWay)
    {
        using BulkDelay measured = new(isApart, bytes, underWay);
        measured.RunAsync().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (KeyPair key in _keys) key.Dispose();
    }

    private async Task RunAsync()
    {
        Console.WriteLine(_source.LocalEndPoint.Port);
        IPEndPoint relay = IPEndPoint.Parse(Console.ReadLine()!);
        _source.Start([_source.LocalEndPoint, relay]);
        _fetcher.Start([relay, relay]);
        await _isUp.Task.ConfigureAwait(false);
        Task votes = VoteAsync();
        await Task.Delay(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        string before = Told();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < _underWay; i++) Ask();
        await _isDone.Task.ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string during = Told();
        Interlocked.Exchange(ref _isVoting, -1);
        await votes.ConfigureAwait(false);
        Console.WriteLine(
            $"{(_purpose == LinkPurpose.Bulk ? "two links" : "one link")}, {_underWay} pieces asked for at a time: "
            + $"votes without a fetch {before}; with one {during}; fetched in {seconds:F1} s");
        await _fetcher.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task VoteAsync()
    {
        byte[] vote = new byte[VoteBytes];
        using PeriodicTimer timer = new(s_voteEvery);
        while (Interlocked.Read(ref _isVoting) == 0 && await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            BinaryPrimitives.WriteInt64LittleEndian(vote, Stopwatch.GetTimestamp());
            _source.Send(new ReplicaId(1), vote);
            _source.Flush();
        }
    }

    private string Told()
    {
        double[] millis;
        lock (_voteMillis)
        {
            millis = [.. _voteMillis.Order()];
            _voteMillis.Clear();
        }
        return $"p50 {At(0.5):F1} ms, p99 {At(0.99):F1} ms, worst {At(1):F1} ms";

        double At(double share) => millis[(int)(share * (millis.Length - 1))];
    }

    private void Ask()
    {
        if (Interlocked.Increment(ref _asked) > _pieces) return;
        _fetcher.Send(new ReplicaId(0), new byte[1], _purpose);
        _fetcher.Flush();
    }

    private void OnFrame(int node, ReadOnlyMemory<byte> frame)
    {
        switch (frame.Length)
        {
            case 1 when node == 0:
                _source.Send(new ReplicaId(1), new byte[PieceBytes], _purpose);
                _source.Flush();
                break;
            case VoteBytes:
                long sent = BinaryPrimitives.ReadInt64LittleEndian(frame.Span);
                lock (_voteMillis) _voteMillis.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                break;
            case PieceBytes:
                if (Interlocked.Decrement(ref _lacking) == 0) _isDone.TrySetResult();
                Ask();
                break;
        }
    }

    private PeerMesh Mesh(int node)
    {
        LinkCredentials credentials = new(
            "bulk", default, _keys[node], [.. _keys.Select(static key => key.PublicKey)], []);
        Sink sink = new(this, node);
        return new PeerMesh(
            new ReplicaId(node), new IPEndPoint(IPAddress.Loopback, 0), credentials,
            new PeerLane(sink, LinkOptions.Peers, new LinkCounters()),
            new PeerLane(sink, LinkOptions.Bulk, new LinkCounters()), NullLogger.Instance,
            reactor: new Reactor($"bulk-{node}"));
    }

    private sealed class Sink(BulkDelay owner, int node) : ILinkSink<ReplicaId>
    {
        private int _links;

        public void OnUp(ReplicaId remote)
        {
            if (Interlocked.Increment(ref _links) == 2 && node == 1) owner._isUp.TrySetResult();
        }

        public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
        {
            owner.OnFrame(node, frame);
            return ValueTask.CompletedTask;
        }

        public void OnFramesEnd(ReplicaId remote)
        {
        }

        public void OnDown(ReplicaId remote, LinkFault fault)
        {
        }
    }
}
