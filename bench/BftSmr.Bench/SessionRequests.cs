using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Bench;

/// <summary>What the sessions of one client ask for, one request after the other, with MACs for all replicas.</summary>
internal sealed class SessionRequests(BenchKeys keys, int sessions, int operationBytes)
{
    private static readonly ReplicaSet s_threeRepliers = ReplicaSet.AllOf(3);

    private readonly byte[] _operation = new byte[operationBytes];
    private readonly Request[] _requests = new Request[sessions];
    private ulong _sequence;

    /// <summary>The next request of each session; the first one opens it.</summary>
    public Request[] Next()
    {
        _sequence++;
        for (int i = 0; i < sessions; i++) _requests[i] = Create(i);
        return _requests;
    }

    private Request Create(int session)
    {
        bool isFirst = _sequence == 1;
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(0), (ulong)session + 1),
            _sequence,
            isFirst ? RequestKind.Open : RequestKind.Command,
            s_threeRepliers,
            new ReplicaId(session % BenchKeys.Replicas),
            isFirst ? default : _operation,
            wantsOneReply: true);
        return RequestCodec.Authenticate(request, keys.Client, BenchKeys.Replicas, macs: true, signature: false);
    }
}
