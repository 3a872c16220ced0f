using System.Diagnostics;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Service;

/// <summary>
/// Carries out on the service what a core asks for: executes decided requests, answers reads, freezes and loads states.
/// No I/O: the same object serves the replica host and the simulator. One thread at a time.
/// </summary>
internal sealed class ServiceHost(IStateMachine service, int replyBytesMax, RightsTable rights)
{
    /// <summary>Results up to this many bytes are sent whole by every replica: a digest would be no shorter.</summary>
    public const int AlwaysWholeBytesMax = Digest.Size;

    /// <summary>
    /// What the client of a query is told that threw something else than a refusal. Texts of exceptions differ from
    /// replica to replica, and may tell what is not meant for clients.
    /// </summary>
    internal const string QueryFailure = "The service failed on this query.";

    private readonly ReplyCollector _replies = new(replyBytesMax);
    private readonly ByteBuffer _answer = new();
    private readonly int[] _queryPosition = new int[1];
    private Command[] _commands = new Command[64];
    private int[] _positions = new int[64];

    /// <summary>Executes the requests in order.</summary>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public ExecutedInput Execute(ExecuteEffect effect)
    {
        IReadOnlyList<Request> requests = effect.Commands;
        Outcome[] outcomes = requests.Count == 0 ? [] : new Outcome[requests.Count];
        if (_commands.Length < requests.Count)
        {
            _commands = new Command[requests.Count];
            _positions = new int[requests.Count];
        }
        _replies.BeginBatch(outcomes);
        int run = 0;
        for (int i = 0; i < outcomes.Length; i++)
        {
            Request request = requests[i];
            switch (request.Kind)
            {
                case RequestKind.Command:
                    _positions[run] = i;
                    _commands[run++] = new Command(
                        request.Session, request.Sequence, rights.Of(request.Session.Client), request.Operation);
                    break;
                case RequestKind.OrderedQuery:
                    ExecuteRun(effect, run);
                    run = 0;
                    AnswerOrdered(request, i, effect.AgreedTimeMicros);
                    break;
                case RequestKind.Open:
                    break; // the session's own business; its reply is empty
                default:
                    throw new UnreachableException($"A request of kind {request.Kind} was decided.");
            }
        }
        ExecuteRun(effect, run);
        _replies.EndBatch();
        return new ExecutedInput(effect.Instance, outcomes);
    }

    /// <summary>Answers an unordered read on the state as it is.</summary>
    public ReadReply Answer(AnswerReadEffect effect)
    {
        Read read = effect.Read;
        ReplyStatus status = ReplyStatus.Ok;
        byte[]? failure = null;
        _answer.Reset();
#pragma warning disable CA1031 // A query that throws has an answer like any other: its failure.
        try
        {
            service.Query(read.Operation.Span, ContextOf(effect.Client, effect.AgreedTimeMicros), _answer);
        }
        catch (Exception e)
        {
            status = ReplyStatus.Failed;
            failure = ReplyCollector.FailureBytes(FailureOf(e));
        }
#pragma warning restore CA1031
        ReadOnlySpan<byte> result = failure ?? _answer.Written;
        if (result.Length > replyBytesMax)
        {
            status = ReplyStatus.ReplyTooLarge;
            result = default;
        }
        bool isDigest = !read.WantsFull && result.Length > AlwaysWholeBytesMax;
        byte[] bytes = isDigest ? new byte[Digest.Size] : result.ToArray();
        if (isDigest) Blake2b.Hash(result).CopyTo(bytes);
        return new ReadReply(read.Nonce, read.ReadId, effect.Regency, status, isDigest, bytes);
    }

    public Digest StateDigest() => Guard("computing its state digest", service, static s => s.StateDigest());

    /// <summary>
    /// Freezes the state as it is now: what was touched since the last time. It may be read on another thread, and must
    /// be disposed of.
    /// </summary>
    public FrozenState Freeze(ChangedRecords own) =>
        new(own, Guard("freezing its state", service, static s => s.Freeze()));

    /// <summary>Begins to load a state in place of the one there is.</summary>
    public StateLoad BeginLoad() =>
        new(Guard("beginning to load a state", service, static s => s.BeginLoad()));

    private void ExecuteRun(ExecuteEffect effect, int count)
    {
        if (count == 0) return;
        _replies.BeginRun(_positions.AsMemory(0, count));
        CommandBatch batch = new(
            effect.Instance, effect.AgreedTimeMicros, effect.Seed, _commands.AsMemory(0, count), _replies);
        try
        {
            service.Execute(batch);
        }
        catch (Exception e)
        {
            throw new StateMachineException($"executing the batch of instance {effect.Instance}", e);
        }
        _replies.EndRun();
        Array.Clear(_commands, 0, count);
    }

    private void AnswerOrdered(Request request, int position, long agreedTimeMicros)
    {
        _queryPosition[0] = position;
        _replies.BeginRun(_queryPosition);
#pragma warning disable CA1031 // As for an unordered read. Replicas keep no reply to a query, so they stay alike.
        try
        {
            QueryContext context = ContextOf(request.Session.Client, agreedTimeMicros);
            service.Query(request.Operation.Span, context, _replies.BeginReply(0));
        }
        catch (Exception e)
        {
            _replies.Fail(0, FailureOf(e));
        }
#pragma warning restore CA1031
        _replies.EndRun();
    }

    private static string FailureOf(Exception e) => e is OperationRefusedException ? e.Message : QueryFailure;

    private QueryContext ContextOf(ClientId client, long agreedTimeMicros) =>
        new(client, rights.Of(client), agreedTimeMicros);

    private static T Guard<T>(string doing, IStateMachine service, Func<IStateMachine, T> call)
    {
        try
        {
            return call(service);
        }
        catch (Exception e)
        {
            throw new StateMachineException(doing, e);
        }
    }
}
