using BenchmarkDotNet.Attributes;
using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Bench;

/// <summary>
/// The client core: one operation from its beginning until its caller has the result, with the replies that it takes.
/// </summary>
public class ClientBenchmarks
{
    private const ulong Nonce = 41;
    private const int PayloadBytes = 128;

    private readonly ClientEffectBuffer _effects = new();
    private readonly List<SendToReplicaEffect> _sent = [];
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly byte[] _result = new byte[8];
    private BenchKeys _keys = null!;
    private ClientCore _core = null!;
    private long _nowMicros = 1_000_000;
    private int _completed;

    [GlobalSetup]
    public void SetUp()
    {
        _keys = new BenchKeys();
        ClientSettings settings =
            new() { Client = new ClientId(0), Quorums = Quorums.Byzantine(BenchKeys.Replicas, 1) };
        _core = new ClientCore(settings, _keys.Client);
        for (int i = 0; i < BenchKeys.Replicas; i++) _core.OnLink(new ReplicaId(i), isUp: true, _nowMicros, _effects);
        _core.Open(Nonce, _nowMicros, _effects);
        Answer();
        if (!_core.IsOpen) throw new InvalidOperationException("The session is not open.");
    }

    [GlobalCleanup]
    public void CleanUp() => _keys.Dispose();

    [Benchmark]
    public void Command() => Complete(OperationKind.Command);

    [Benchmark]
    public void Query() => Complete(OperationKind.Query);

    private void Complete(OperationKind kind)
    {
        _nowMicros += 100;
        _completed = 0;
        _core.Begin(new ClientOperation(kind, _payload, long.MaxValue), _nowMicros, _effects);
        Answer();
        if (_completed != 1) throw new InvalidOperationException("The operation was not completed.");
    }

    /// <summary>Plays the replicas until they have no more to say.</summary>
    private void Answer()
    {
        while (_effects.Count > 0)
        {
            for (int i = 0; i < _effects.Count; i++)
            {
                if (_effects[i] is SendToReplicaEffect send) _sent.Add(send);
                else if (_effects[i] is OperationCompletedEffect) _completed++;
            }
            _effects.Clear();
            foreach (SendToReplicaEffect send in _sent) Answer(send);
            _sent.Clear();
        }
    }

    private void Answer(SendToReplicaEffect send)
    {
        if (send.Message is Read read)
        {
            ReadReply reply = new(Nonce, read.ReadId, Regency.Zero, ReplyStatus.Ok, IsDigest: false, _result);
            _core.OnMessage(send.To, reply, _nowMicros, _effects);
        }
        else if (send.Message is Submit submit)
        {
            Answer(submit.Request);
        }
    }

    private void Answer(Request request)
    {
        foreach (ReplicaId replier in request.Repliers)
        {
            Reply reply = new(Nonce, request.Sequence, Regency.Zero, ReplyStatus.Ok, IsDigest: false, _result);
            _core.OnMessage(replier, reply, _nowMicros, _effects);
        }
    }
}
