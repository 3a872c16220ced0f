using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Instances;

/// <summary>
/// The instances of which something is kept, and how far they are decided and executed, under any ordering protocol.
/// Invariants:
/// 1. A decided value never changes.
/// 2. Instances execute in order, without a gap, and never beyond the room above the stable checkpoint.
/// 3. The base of the log and the last executed instance never go back.
/// </summary>
internal sealed class DecidedLog(ReplicaContext context, Func<Instance, DecidedInstance> create)
{
    /// <summary>
    /// How far beyond its own progress a replica keeps votes, in windows: it may lag behind the leader by that much.
    /// </summary>
    private const int HorizonWindows = 4;

    /// <summary>Bytes of executed batches kept below the stable checkpoint.</summary>
    private const long KeptBytesMax = 4 << 20;

    /// <summary>Checkpoints due by bytes that may wait to become stable before the leader proposes no more.</summary>
    private const long LogCheckpointsMax = 64;

    private readonly SortedDictionary<long, DecidedInstance> _instances = [];
    private readonly BatchArchive _archive = new();
    private long _bytesInLog;

    public Instance LastExecuted { get; private set; }

    /// <summary>The highest instance decided here.</summary>
    public Instance LastDecided { get; private set; }

    /// <summary>The highest instance that the log said to be decided when this replica started.</summary>
    public Instance DecidedInLog { get; private set; }

    /// <summary>
    /// The stable checkpoint, or the one a replica without a log recovered from. Instances above it are kept, and are
    /// evidence: proposals too far above it are not considered.
    /// </summary>
    public Instance Base { get; private set; }

    /// <summary>
    /// A later checkpoint that is stable elsewhere. Up to there f+1 correct replicas hold the state, and this one only
    /// has to execute: it keeps none of that but its own votes.
    /// </summary>
    public Instance Proven { get; private set; }

    /// <summary>
    /// As much above the last checkpoint is executed, in instances or in bytes of their batches, as may be: the leader
    /// proposes no more.
    /// </summary>
    public bool IsFull => LastExecuted - Base >= InstancesMax || _bytesInLog >= BytesMax;

    /// <summary>Another instance may be executed before a later checkpoint is stable here.</summary>
    public bool HasRoomToExecute => LastExecuted < Proven || HasRoomToVote(LastExecuted.Next);

    /// <summary>Instances beyond the own progress of which something is kept.</summary>
    public int HorizonInstances => HorizonWindows * context.Settings.Window;

    /// <summary>Instances of which something is kept.</summary>
    public int Count => _instances.Count;

    /// <summary>They, in order.</summary>
    public IEnumerable<DecidedInstance> All => _instances.Values;

    private long InstancesMax => 3L * context.Settings.CheckpointPeriod;

    private long BytesMax =>
        LogCheckpointsMax * Math.Max(context.Settings.CheckpointBytes, context.Settings.BatchBytesMax);

    /// <summary>
    /// Whether this replica may vote on an instance. What it voted on above its stable checkpoint is evidence, and no
    /// other replica takes more of that. A replica whose checkpoints are late has to catch up first.
    /// </summary>
    public bool HasRoomToVote(Instance number) => number - Base <= InstancesMax + HorizonInstances;

    public DecidedInstance? Find(Instance number) => _instances.GetValueOrDefault(number.Value);

    public DecidedInstance GetOrAdd(Instance number)
    {
        if (!_instances.TryGetValue(number.Value, out DecidedInstance? instance))
        {
            instance = create(number);
            Invariant.Holds(instance.Number == number, "an instance is kept under its own number");
            _instances.Add(number.Value, instance);
        }
        return instance;
    }

    /// <summary>Forgets an instance that was not executed: its decision is fetched from others.</summary>
    public void Forget(DecidedInstance instance)
    {
        Invariant.Holds(!instance.IsExecuted, "an executed instance is kept until a stable checkpoint covers it");
        _instances.Remove(instance.Number.Value);
    }

    /// <summary>The ordering decided.</summary>
    public void Decide(DecidedInstance instance, Digest value)
    {
        if (instance.Decided is not null)
        {
            Invariant.Holds(instance.Decided == value, "a decided value never changes");
            return;
        }
        instance.RecordDecision(value);
        LastDecided = Instance.Max(LastDecided, instance.Number);
        context.PersistDecision(
            new ValueDecided(instance.Number, value, instance.IsBodyLogged(value) ? null : instance.Body(value)));
    }

    /// <summary>f+1 replicas report this value as decided.</summary>
    public void Learn(Instance number, Digest value, Batch body)
    {
        if (number <= LastExecuted) return;
        Invariant.Holds(body.Digest == value, "the batch that is learned is the one that was decided");
        DecidedInstance instance = GetOrAdd(number);
        KeepBody(instance, body);
        Decide(instance, value);
    }

    /// <summary>
    /// A batch came. If its value was decided before, the record of the decision lacks it, and it is executed next: it
    /// is recorded once more.
    /// </summary>
    public void KeepBody(DecidedInstance instance, Batch body)
    {
        bool isAwaited = instance.Decided == body.Digest && instance.Body(body.Digest) is null;
        instance.KeepBody(body);
        if (isAwaited) context.PersistDecision(new ValueDecided(instance.Number, body.Digest, body));
    }

    /// <summary>Asks all others for a batch, at most once per status period.</summary>
    public void AskForBody(DecidedInstance instance, Digest value)
    {
        if (context.Now.MonotonicMicros - instance.BodyAskedMicros < context.Settings.StatusPeriodMicros) return;
        instance.BodyAskedMicros = context.Now.MonotonicMicros;
        context.Effects.Broadcast(new FetchBatch(instance.Number, value));
    }

    public void OnFetchBatch(ReplicaId from, FetchBatch message)
    {
        if (Find(message.Instance)?.Body(message.Value) is { } body)
            context.Effects.Send(from, new BatchBody(message.Instance, body));
    }

    /// <summary>Takes a batch that was asked for; null, and a counted rejection, for any other.</summary>
    public DecidedInstance? TakeBody(ReplicaId from, BatchBody message)
    {
        if (Find(message.Instance) is not { } instance || !instance.IsWanted(message.Batch.Digest))
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return null;
        }
        KeepBody(instance, message.Batch);
        return instance;
    }

    /// <summary>
    /// The next instance to execute, if it is decided, its batch is here, and the log has room for it.
    /// </summary>
    public bool TryNextDecided(out DecidedInstance instance, out Batch batch)
    {
        if (HasRoomToExecute && Find(LastExecuted.Next) is { Decided: { } value } next && next.Body(value) is { } body)
        {
            (instance, batch) = (next, body);
            return true;
        }
        (instance, batch) = (null!, null!);
        return false;
    }

    /// <summary>What was executed behind this instance is here, and can be executed again.</summary>
    public bool HasAllAbove(Instance number)
    {
        for (Instance i = number.Next; i <= LastExecuted; i = i.Next)
        {
            if (Find(i) is not { Decided: { } value } instance || instance.Body(value) is null) return false;
        }
        return true;
    }

    /// <summary>An instance that was executed before, with its batch.</summary>
    public (DecidedInstance Instance, Batch Batch) Executed(Instance number)
    {
        DecidedInstance? instance = Find(number);
        Batch? batch = instance is { IsExecuted: true, Decided: { } value } ? instance.Body(value) : null;
        Invariant.Holds(batch is not null, "what is executed again is still here");
        return (instance!, batch);
    }

    /// <summary>The requests of all batches that are decided, here, and not executed.</summary>
    public IEnumerable<Request> DecidedRequests => LastDecided <= LastExecuted
        ? []
        : _instances.Values.Where(i => i.Number > LastExecuted)
            .SelectMany(static i => i.Decided is { } value && i.Body(value) is { } body ? body.Requests : []);

    public void MarkExecuted(DecidedInstance instance)
    {
        Invariant.Holds(instance.Number == LastExecuted.Next, "instances execute in order");
        Invariant.Holds(HasRoomToExecute, "nothing is executed beyond the room of the log");
        LastExecuted = instance.Number;
        instance.MarkExecuted(context.Limits, _archive);
        _bytesInLog += BytesOf(instance);
        ForgetProven(new Instance(LastExecuted.Value - 1));
    }

    /// <summary>
    /// Forgets an executed instance without a vote that a later checkpoint covers, which is stable elsewhere.
    /// </summary>
    private void ForgetProven(Instance number)
    {
        if (number > Proven || number <= Base || Find(number) is not { IsEvidence: false } instance) return;
        _bytesInLog -= BytesOf(instance);
        instance.Release(_archive);
        _instances.Remove(number.Value);
    }

    /// <summary>q replicas certify a checkpoint that this one has not reached.</summary>
    public void NoteProven(Instance stable) => Proven = Instance.Max(Proven, stable);

    /// <summary>The log says that a value was decided.</summary>
    public void Recover(ValueDecided record)
    {
        DecidedInstance instance = GetOrAdd(record.Instance);
        instance.RecordDecision(record.Value);
        LastDecided = DecidedInLog = Instance.Max(LastDecided, record.Instance);
        if (record.Batch is not null) instance.KeepBody(record.Batch);
        if (record.Instance <= LastExecuted) instance.MarkExecuted(context.Limits, _archive);
    }

    /// <summary>The state was replaced by that of a checkpoint, perhaps of one that was executed before.</summary>
    public void JumpTo(Instance executed) => LastExecuted = Instance.Max(LastExecuted, executed);

    /// <summary>The log was lost: nothing is known of the votes up to here, and nothing will be told of them.</summary>
    public void BeginAt(Instance recovered) => Base = Instance.Max(Base, recovered);

    /// <summary>
    /// A checkpoint became stable: what is below it is forgotten, but for the last few executed batches, which spare a
    /// replica that is only a little behind the transfer of the whole state.
    /// </summary>
    /// <param name="stable">The checkpoint.</param>
    /// <param name="leaving">Is given what will be forgotten, in order, while it is still there.</param>
    public void ForgetStable(Instance stable, Action<IReadOnlyList<DecidedInstance>> leaving)
    {
        Base = Instance.Max(Base, stable);
        Instance upTo = stable < LastExecuted ? stable : LastExecuted;
        long keptBytes = 0;
        Instance kept = upTo;
        while (upTo - kept < HorizonInstances && Find(kept) is { Decided: not null } instance
            && (keptBytes += BytesOf(instance)) <= KeptBytesMax)
        {
            kept = new Instance(kept.Value - 1);
        }
        List<DecidedInstance> forgotten = [.. _instances.Values.TakeWhile(i => i.Number <= kept)];
        leaving(forgotten);
        foreach (DecidedInstance instance in forgotten)
        {
            instance.Release(_archive);
            _instances.Remove(instance.Number.Value);
        }
        _bytesInLog = _instances.Values.Where(i => i.Number > Base && i.IsExecuted).Sum(BytesOf);
        Invariant.Holds(_bytesInLog >= 0 && Base >= stable, "the base of the log never goes back");
    }

    /// <summary>The log records that rebuild what is known of the instances above this one.</summary>
    public IEnumerable<LogRecord> LiveRecords(Instance above) =>
        _instances.Values.Where(i => i.Number > above).SelectMany(static i => i.Records());

    private static long BytesOf(DecidedInstance instance) =>
        instance.Decided is { } decided && instance.Body(decided) is { } body ? body.Encoded.Length : 0;
}
