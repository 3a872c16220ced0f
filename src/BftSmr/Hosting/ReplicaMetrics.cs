using System.Diagnostics.Metrics;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Storage;

namespace BftSmr.Hosting;

/// <summary>
/// What a replica counts, as instruments of the meter <c>BftSmr</c>. The loop writes plain fields that observers read;
/// only rejections are counted by many threads.
/// </summary>
internal sealed class ReplicaMetrics : IDisposable
{
    public const string MeterName = "BftSmr";

    private static readonly RejectReason[] Reasons = Enum.GetValues<RejectReason>();
    private static readonly BftReplicaPhase[] Phases = Enum.GetValues<BftReplicaPhase>();
    private static readonly Measurement<long>[] Nothing = [];

    private readonly long[] _rejected = new long[Reasons.Length];
    private readonly Meter _meter;
    private readonly Histogram<double> _flushSeconds;
    private readonly Histogram<int> _batchOperations;
    private readonly Histogram<double> _orderingSeconds;
    private readonly ReplicaId _self;
    private long _ledBatches, _ledMicros;
    private long _executedOperations, _executedBatches, _executedBytes, _logBytes, _logFlushes, _checkpoints,
        _statesDropped;
    private volatile ReplicaStatus? _status;

    public ReplicaMetrics(
        ReplicaId self, LinkCounters peerLinks, LinkCounters bulkLinks, LinkCounters clientLinks, DiskDamage damage,
        CatchUpProgress progress)
    {
        _self = self;
        _meter = new Meter(
            new MeterOptions(MeterName) { Tags = [new KeyValuePair<string, object?>("replica", self.Value)] });
        _meter.CreateObservableCounter(
            "bftsmr.rejected", ObserveRejected, description: "Messages received and dropped, by reason.");
        Counter("bftsmr.executed.operations", () => Interlocked.Read(ref _executedOperations), "Operations executed.");
        Counter("bftsmr.executed.batches", () => Interlocked.Read(ref _executedBatches), "Instances executed.");
        Counter(
            "bftsmr.executed.bytes", () => Interlocked.Read(ref _executedBytes), "Bytes of executed operations.", "By");
        Counter("bftsmr.log.written", () => Interlocked.Read(ref _logBytes), "Bytes written to the log.", "By");
        Counter("bftsmr.log.flushes", () => Interlocked.Read(ref _logFlushes), "Times the log was flushed to disk.");
        Counter("bftsmr.checkpoints", () => Interlocked.Read(ref _checkpoints), "Checkpoints taken.");
        Counter("bftsmr.damage", () => damage.Found, "Files found damaged on disk.");
        Counter("bftsmr.damage.mended", () => damage.Mended, "Of the files found damaged, those that are mended.");
        Counter(
            "bftsmr.state.dropped", () => Interlocked.Read(ref _statesDropped),
            "States that were not what they should be, and were loaded anew.");
        Gauge("bftsmr.regency", static s => s.Regency.Value, "Leader epoch.");
        Gauge("bftsmr.leader", static s => s.Leader.Value, "Leader of the epoch.");
        Gauge("bftsmr.synchronized", static s => s.Synchronized ? 1 : 0, "1 unless a leader change is under way.");
        Gauge("bftsmr.leader.changes", static s => s.LeaderChanges, "Leader epochs entered since the start.");
        Gauge("bftsmr.last_executed", static s => s.LastExecuted.Value, "Last instance executed.");
        Gauge(
            "bftsmr.stable_checkpoint", static s => s.StableCheckpoint.Value,
            "Newest checkpoint that a quorum signed.");
        Gauge("bftsmr.pending", static s => s.PendingRequests, "Requests waiting to be ordered.");
        Gauge("bftsmr.sessions", static s => s.Sessions, "Open client sessions.");
        Gauge(
            "bftsmr.catching_up", static s => s.CatchingUp ? 1 : 0, "1 while state is being fetched from the others.");
        Gauge(
            "bftsmr.silent", static s => s.IsNonVoting ? 1 : 0,
            "1 while the replica is in non-voting recovery: it forgot its votes in a restart and counts as one of the "
            + "f. It ends when enough replicas have executed as far as it may have voted, in a later regency.");
        AddProgress(progress);
        _meter.CreateObservableGauge(
            "bftsmr.peer.lag", ObserveLag, description: "Instances that a peer is behind this replica.");
        AddLinks("peers", peerLinks);
        AddLinks("bulk", bulkLinks);
        AddLinks("clients", clientLinks);
        _flushSeconds = _meter.CreateHistogram<double>("bftsmr.log.flush", "s", "Time of a flush of the log.");
        _batchOperations = _meter.CreateHistogram<int>(
            "bftsmr.batch.operations", description: "Operations in an executed batch.");
        _orderingSeconds = _meter.CreateHistogram<double>(
            "bftsmr.ordering", "s", "At the leader: time from the proposal of a batch to its execution.");
    }

    /// <summary>Operations executed since the start.</summary>
    public long ExecutedOperations => Interlocked.Read(ref _executedOperations);

    /// <summary>Batches executed while this replica led.</summary>
    public long LedBatches => Interlocked.Read(ref _ledBatches);

    /// <summary>The sum of the times from their proposals to their executions, microseconds.</summary>
    public long LedMicros => Interlocked.Read(ref _ledMicros);

    /// <summary>Something received was dropped. Any thread.</summary>
    public void Reject(RejectReason reason) => Interlocked.Increment(ref _rejected[(int)reason]);

    public void NoteExecuted(ExecuteEffect effect)
    {
        long bytes = 0;
        for (int i = 0; i < effect.Commands.Count; i++) bytes += effect.Commands[i].Operation.Length;
        Volatile.Write(ref _executedOperations, _executedOperations + effect.Commands.Count);
        Volatile.Write(ref _executedBatches, _executedBatches + 1);
        Volatile.Write(ref _executedBytes, _executedBytes + bytes);
        _batchOperations.Record(effect.Commands.Count);
        if (_status?.Leader == _self) NoteLed(effect.AgreedTimeMicros);
    }

    public void NoteFlushed(double seconds, long logBytes)
    {
        Volatile.Write(ref _logFlushes, _logFlushes + 1);
        Volatile.Write(ref _logBytes, logBytes);
        _flushSeconds.Record(seconds);
    }

    public void NoteStateDropped() => Interlocked.Increment(ref _statesDropped);

    public void NoteCheckpoint() => Interlocked.Increment(ref _checkpoints);

    public void NoteStatus(ReplicaStatus status) => _status = status;

    /// <summary>Rejections since the start, for those reasons that occurred.</summary>
    public IReadOnlyDictionary<string, long> Rejections() =>
        Reasons.Where(reason => Interlocked.Read(ref _rejected[(int)reason]) > 0).ToDictionary(
            NameOf, reason => Interlocked.Read(ref _rejected[(int)reason]));

    public void Dispose() => _meter.Dispose();

    /// <summary>
    /// The agreed time of a batch is that of its leader's clock at the proposal: only there it can be compared.
    /// </summary>
    private void NoteLed(long proposedUnixMicros)
    {
        long micros = Math.Max(0, HostClock.Read().UnixMicros - proposedUnixMicros);
        Volatile.Write(ref _ledBatches, _ledBatches + 1);
        Volatile.Write(ref _ledMicros, _ledMicros + micros);
        _orderingSeconds.Record(micros / 1e6);
    }

    private void Counter(string name, Func<long> read, string description, string? unit = null) =>
        _meter.CreateObservableCounter(name, read, unit, description);

    private void Gauge(string name, Func<ReplicaStatus, long> read, string description) =>
        _meter.CreateObservableGauge(
            name, () => _status is { } status ? [new Measurement<long>(read(status))] : Nothing,
            description: description);

    private void AddProgress(CatchUpProgress progress)
    {
        _meter.CreateObservableGauge(
            "bftsmr.phase", ObservePhase, description: "1 for the phase of catching up that the replica is in.");
        _meter.CreateObservableGauge(
            "bftsmr.behind", () => _status?.InstancesBehind is { } behind ? [new Measurement<long>(behind)] : Nothing,
            description: "Instances that f+1 others have executed and this replica has not.");
        _meter.CreateObservableGauge(
            "bftsmr.checkpoint.had", () => progress.Checkpoint?.BytesHad ?? 0, "By",
            "Of the checkpoint that is being fetched or loaded: what is here, or read.");
        _meter.CreateObservableGauge(
            "bftsmr.checkpoint.needed", () => progress.Checkpoint?.BytesNeeded ?? 0, "By",
            "Of the checkpoint that is being fetched or loaded: all, or what is to be read. 0 if there is none.");
        _meter.CreateObservableGauge(
            "bftsmr.checkpoint.rate", () => progress.Checkpoint?.BytesPerSecond ?? 0, "By/s",
            "How fast the checkpoint is fetched or loaded, bytes per second.");
        _meter.CreateObservableGauge(
            "bftsmr.execution.rate", () => progress.InstancesPerSecond,
            description: "Instances executed, per second.");
    }

    private IEnumerable<Measurement<long>> ObservePhase() => _status is not { } status
        ? []
        : Phases.Skip(1).Select(phase => new Measurement<long>(
            phase == ReplicaPhases.Of(status) ? 1 : 0,
            new KeyValuePair<string, object?>("phase", SnakeCase(phase.ToString()))));

    private void AddLinks(string port, LinkCounters counters)
    {
        KeyValuePair<string, object?> tag = new("port", port);
        Links("bftsmr.links.frames_sent", () => counters.FramesSent, "Frames sent.");
        Links("bftsmr.links.frames_received", () => counters.FramesReceived, "Frames received.");
        Links(
            "bftsmr.links.frames_dropped", () => counters.FramesDropped,
            "Frames lost because their link was down or its queue full.");
        Links("bftsmr.links.sent", () => counters.BytesSent, "Bytes given to sockets.", "By");
        Links("bftsmr.links.received", () => counters.BytesReceived, "Bytes received.", "By");
        Links("bftsmr.links.socket_sends", () => counters.SocketSends, "Times a socket was given bytes.");
        _meter.CreateObservableGauge(
            "bftsmr.links.open", () => new Measurement<long>(counters.OpenLinks, tag),
            description: "Links that are up.");
        _meter.CreateObservableCounter(
            "bftsmr.links.faults", () => ObserveFaults(counters, tag),
            description: "Connections refused and links ended, by reason.");

        void Links(string name, Func<long> read, string description, string? unit = null) =>
            _meter.CreateObservableCounter(name, () => new Measurement<long>(read(), tag), unit, description);
    }

    private static IEnumerable<Measurement<long>> ObserveFaults(
        LinkCounters counters, KeyValuePair<string, object?> tag) =>
        Enum.GetValues<LinkFault>().Where(fault => counters.Count(fault) > 0)
            .Select(
                fault => new Measurement<long>(
                    counters.Count(fault), tag,
                    new KeyValuePair<string, object?>("fault", SnakeCase(fault.ToString()))));

    private IEnumerable<Measurement<long>> ObserveRejected() =>
        Rejections().Select(
            static entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>("reason", entry.Key)));

    private IEnumerable<Measurement<long>> ObserveLag() =>
        _status is not { } status ? [] : status.PeerLastExecuted.Select((executed, i) =>
            new Measurement<long>(
                Math.Max(0, status.LastExecuted - executed), new KeyValuePair<string, object?>("peer", i)));

    private static string NameOf(RejectReason reason) => SnakeCase(reason.ToString());

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(static (c, i) =>
            char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
