using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Ordering.ModSmart.Recovery;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// Change of regency: STOP, STOPDATA, SYNC. States: open (voting in the regency) -> f+1 or own suspicion: wants a later
/// one, still votes -> 2f+1 want it: installed (votes no more, sends STOPDATA to the new leader) -> SYNC accepted:
/// open. Invariants:
/// 1. A regency is installed only when 2f+1 replicas, hence f+1 correct ones, want it or have it; or its SYNC proves
///    that n-f installed it.
/// 2. STOPDATA for a regency is made after the last vote of this replica in any earlier one.
/// 3. STOP leaves after the record of what it wants: what this replica helped another one to install it can tell that
///    one, should it forget.
/// 4. At most one SYNC is accepted per regency, and only one that contradicts no decision of this replica.
/// A wish expires unless renewed, so that two unrelated suspicions, far apart in time, do not add up to a change.
/// </summary>
internal sealed class Synchronizer(
    ReplicaContext context, DecidedLog log, ConsensusWindow window, CheckpointLedger checkpoints,
    NonVotingRecovery recovery, PeerProgress progress)
{
    /// <summary>A wish not renewed for this many status periods has expired.</summary>
    private const int WishPeriods = 10;

    private readonly Wish[] _wishes = new Wish[context.Quorums.Replicas];
    private readonly Regency[] _installed = new Regency[context.Quorums.Replicas];
    private readonly StopData?[] _stopData = new StopData?[context.Quorums.Replicas];
    private readonly RegencyTimeout _timeout = new(context);
    private readonly SilenceRelief _relief = new(context, progress);
    private StopData? _ownStopData;
    private Sync? _sync;
    private Regency _wanted;
    private Regency _recorded;
    private bool _isLate;
    private IReadOnlyList<Batch>? _dropped;
    private long _stopDataSentMicros;

    /// <summary>Regencies installed since the start.</summary>
    public long Changes { get; private set; }

    /// <summary>When the regency was installed, or opened if it is open; monotonic microseconds.</summary>
    public long SinceMicros { get; private set; }

    /// <summary>How long a leader may take, or a regency to open.</summary>
    public long TimeoutMicros => _timeout.Micros;

    /// <summary>
    /// The highest regency that this replica wanted, ever, or installed, or may have before it forgot.
    /// </summary>
    public Regency HighestWanted => Max(_recorded, Max(window.Regency, recovery.Below));

    /// <summary>The SYNC that opened the regency; null in the first.</summary>
    public Sync? LastSync => _sync;

    /// <summary>Something was executed in this regency: it was not in vain.</summary>
    public void NoteProgress() => _timeout.NoteProgress();

    /// <summary>Something waited for the timeout under the leader of the open regency.</summary>
    public void NoteLate() => _isLate = true;

    /// <summary>
    /// At every status period: renews or drops this replica's own wish. <paramref name="isSuspicious"/> is about the
    /// leader of the open regency.
    /// </summary>
    public void Tick(bool isSuspicious)
    {
        long now = context.Now.MonotonicMicros;
        bool isLate = !window.IsOpen && now - SinceMicros > TimeoutMicros;
        Regency own = isSuspicious || isLate ? NextToLead() : Regency.Zero;
        Regency others = Supported(context.Quorums.OneCorrect, includeSelf: false);
        if (window.IsOpen) own = Max(own, _relief.Wanted(window.Regency, HighestWanted, TimeoutMicros));
        _wanted = Max(own, others);
        if (_wanted > window.Regency) SendStop();
        if (!window.IsOpen && now - _stopDataSentMicros > 5 * context.Settings.StatusPeriodMicros) SendStopData();
        InstallIfSupported();
    }

    /// <summary>
    /// The next regency whose leader does not say that it is behind: a replica is believed that of itself, and of
    /// itself alone. To want it is to want those before it.
    /// </summary>
    private Regency NextToLead()
    {
        Regency next = window.Regency.Next;
        for (int i = 1; i < context.Quorums.Replicas; i++)
        {
            if (!SaysItIsBehind(context.Quorums.LeaderOf(next))) return next;
            next = next.Next;
        }
        return window.Regency.Next;
    }

    private bool SaysItIsBehind(ReplicaId replica) =>
        replica == context.Self ? progress.IsBehind : progress.Of(replica) is { IsBehind: true };

    public void OnStop(ReplicaId from, Stop message)
    {
        if (message.Next <= window.Regency) return;
        ref Wish wish = ref _wishes[from.Value];
        if (message.Next < wish.Regency && !IsExpired(wish)) return;
        wish = new Wish(message.Next, context.Now.MonotonicMicros);
        Regency others = Supported(context.Quorums.OneCorrect, includeSelf: false);
        if (others > window.Regency && others > _wanted)
        {
            _wanted = others;
            SendStop();
        }
        InstallIfSupported();
    }

    private void SendStop()
    {
        Invariant.Holds(_wanted > window.Regency, "a wish is for a later regency");
        if (_wanted > _recorded)
        {
            _recorded = _wanted;
            context.PersistVote(new RegencyWanted(_wanted));
        }
        Invariant.Holds(_recorded >= _wanted, "STOP leaves after the record of what it wants");
        context.Effects.Broadcast(new Stop(_wanted));
    }

    public void OnStatus(ReplicaId from, Status message)
    {
        if (message.Regency > _installed[from.Value]) _installed[from.Value] = message.Regency;
        if (message.Regency == window.Regency && message.Synchronized && !window.IsOpen)
            context.Effects.Send(from, new FetchSync(window.Regency));
        InstallIfSupported();
    }

    public void OnFetchSync(ReplicaId from, FetchSync message)
    {
        if (_sync is not null && _sync.Regency >= message.Regency) context.Effects.Send(from, _sync);
    }

    /// <summary>
    /// An account counts once for each regency, and not when the regency is open. The question that it is then gets its
    /// answer all the same.
    /// </summary>
    public bool Uses(StopData message) =>
        message.Regency >= window.Regency
        && !(window.IsOpen && message.Regency == window.Regency)
        && (_stopData[message.Sender.Value] is not { } held || message.Regency > held.Regency);

    /// <summary>A SYNC opens a regency that is not open yet.</summary>
    public bool Uses(Sync message) =>
        message.Regency > window.Regency || (message.Regency == window.Regency && !window.IsOpen);

    public void OnStopData(StopData message, FetchAllowance fetches)
    {
        if (message.Regency < window.Regency)
        {
            context.Effects.Reject(message.Sender, RejectReason.WrongRegency);
            return;
        }
        if (Uses(message))
        {
            // A replica that installed a regency is a witness that it is wanted.
            if (message.Regency > _installed[message.Sender.Value]) _installed[message.Sender.Value] = message.Regency;
            _stopData[message.Sender.Value] = message;
        }
        InstallIfSupported();
        if (!window.IsOpen || _sync?.Regency != message.Regency) TrySynchronize();
        else if (fetches.TryTake(message.Sender, FetchAllowance.SyncCost)) context.Effects.Send(message.Sender, _sync);
    }

    public void OnSync(ReplicaId from, Sync message)
    {
        if (!Uses(message)) return;
        if (SyncEvaluation.TryEvaluate(context.Quorums, message.Collected) is not { } evaluation
            || Contradicts(evaluation))
        {
            context.Effects.Reject(from, RejectReason.InvalidProof);
            return;
        }
        if (message.Regency > window.Regency) Install(message.Regency);
        if (!window.IsOpen) Accept(message, evaluation);
    }

    private bool Contradicts(SyncEvaluation evaluation) =>
        evaluation.Values.Any(v => window.Contradicts(new Instance(v.Key), v.Value));

    private void InstallIfSupported()
    {
        Regency supported = Supported(context.Quorums.Install, includeSelf: true);
        if (supported > window.Regency) Install(supported);
    }

    /// <summary>The highest regency that this many replicas want, or have installed.</summary>
    private Regency Supported(int count, bool includeSelf)
    {
        Span<long> regencies = stackalloc long[context.Quorums.Replicas];
        for (int i = 0; i < regencies.Length; i++)
        {
            if (i == context.Self.Value)
            {
                regencies[i] = includeSelf ? Math.Max(_wanted.Value, window.Regency.Value) : -1;
                continue;
            }
            regencies[i] = Math.Max(_installed[i].Value, IsExpired(_wishes[i]) ? 0 : _wishes[i].Regency.Value);
        }
        regencies.Sort();
        return new Regency(Math.Max(0, regencies[^count]));
    }

    private bool IsExpired(Wish wish) =>
        context.Now.MonotonicMicros - wish.AtMicros > WishPeriods * context.Settings.StatusPeriodMicros;

    private void Install(Regency regency)
    {
        Invariant.Holds(regency > window.Regency, "regencies only grow");
        window.Close(regency);
        Invariant.Holds(window.Regency == regency && !window.IsOpen, "a regency that is installed has no votes yet");
        Changes++;
        _timeout.NoteChange(_isLate);
        _isLate = false;
        SinceMicros = context.Now.MonotonicMicros;
        _wanted = Regency.Zero;
        context.PersistVote(new RegencyInstalled(regency));
        _ownStopData = null;
        SendStopData();
        TrySynchronize();
    }

    /// <summary>
    /// A replica that forgot its votes says so: its evidence counts only for the instances above those it may have
    /// voted in.
    /// </summary>
    private void SendStopData()
    {
        _stopDataSentMicros = context.Now.MonotonicMicros;
        Instance stable = checkpoints.Stable.Instance;
        bool isRepeat = _ownStopData is not null;
        Invariant.Holds(!window.IsOpen, "STOPDATA is made after the last vote in any earlier regency");
        _ownStopData ??= Sign(new StopData(
            window.Regency, context.Self, log.LastExecuted, checkpoints.Stable, window.Evidence(stable))
        {
            SilentUntil = stable >= recovery.Until ? Instance.Zero : recovery.Until,
        });
        Invariant.Holds(
            _ownStopData.Evidence.Count <= context.Limits.EvidenceMax,
            "a STOPDATA speaks of no more instances than others take");
        Invariant.Holds(
            _ownStopData.Regency == window.Regency && _ownStopData.Sender == context.Self,
            "the STOPDATA that leaves is this replica's own, for the regency that is installed");
        if (window.Leader == context.Self) _stopData[context.Self.Value] = _ownStopData;
        else if (isRepeat) context.Effects.Repeat(window.Leader, _ownStopData);
        else context.Effects.Send(window.Leader, _ownStopData);
    }

    private StopData Sign(StopData message)
    {
        byte[] signature = new byte[Request.SignatureBytes];
        context.Keyring.Sign(PeerMessageCodec.SignedBytes(message), signature);
        return message with { Signature = signature };
    }

    private void TrySynchronize()
    {
        if (window.IsOpen || window.Leader != context.Self) return;
        StopData[] collected = [.. _stopData.OfType<StopData>().Where(s => s.Regency == window.Regency)];
        if (SyncEvaluation.TryEvaluate(context.Quorums, collected) is not { } evaluation || Contradicts(evaluation))
            return;
        Accept(new Sync(window.Regency, collected), evaluation);
    }

    private void Accept(Sync sync, SyncEvaluation evaluation)
    {
        Invariant.Holds(
            sync.Regency == window.Regency && !window.IsOpen,
            "at most one SYNC is accepted per regency, once it is installed");
        Invariant.Holds(
            sync.Collected.Count >= context.Quorums.Available, "a SYNC proves that n-f replicas installed its regency");
        Invariant.Holds(!Contradicts(evaluation), "no SYNC is accepted that contradicts a decision of this replica");
        _sync = sync;
        _ownStopData = null;
        for (int i = 0; i < _stopData.Length; i++)
        {
            if (_stopData[i]?.Regency <= sync.Regency) _stopData[i] = null;
        }
        context.PersistVote(new RegencySynchronized(sync));
        if (window.Leader == context.Self) context.Effects.Broadcast(sync);
        SinceMicros = context.Now.MonotonicMicros;
        _dropped = [.. _dropped ?? [], .. window.Open(evaluation.Base, evaluation.High, evaluation.Values)];
        Invariant.Holds(
            window.IsOpen && window.Regency == sync.Regency, "the regency that a SYNC opens is the one it is for");
    }

    /// <summary>
    /// Once after a regency was opened: the batches that lost their vote then; null if none was opened since.
    /// </summary>
    public IReadOnlyList<Batch>? TakeDropped()
    {
        IReadOnlyList<Batch>? dropped = _dropped;
        _dropped = null;
        return dropped;
    }

    /// <summary>The log says that this SYNC was accepted.</summary>
    public void Recover(Sync sync)
    {
        if (sync.Regency != window.Regency) return;
        if (SyncEvaluation.TryEvaluate(context.Quorums, sync.Collected) is not { } evaluation) return;
        _sync = sync;
        window.Reopen(evaluation.Base, evaluation.High);
    }

    /// <summary>The log says that this regency was wanted.</summary>
    public void Recover(Regency wanted) => _recorded = Max(_recorded, wanted);

    /// <summary>Recovery is over; timeouts start.</summary>
    public void Start() => SinceMicros = context.Now.MonotonicMicros;

    private static Regency Max(Regency a, Regency b) => a > b ? a : b;

    private readonly record struct Wish(Regency Regency, long AtMicros);
}
