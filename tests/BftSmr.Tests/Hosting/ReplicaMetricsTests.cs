using System.Diagnostics.Metrics;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Hosting;
using BftSmr.Messages;
using BftSmr.Storage;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.Hosting;

public sealed class ReplicaMetricsTests
{
    [Fact]
    public void What_a_replica_counts_can_be_observed()
    {
        LinkCounters peers = new(), bulk = new(), clients = new();
        DiskDamage damage = new();
        using ReplicaMetrics metrics = new(
            new ReplicaId(77), peers, bulk, clients, damage, new CatchUpProgress(static () => null));
        using MeterListener listener = new();
        Dictionary<string, double> seen = [];
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "BftSmr" && instrument.Meter.Tags?.Any(static t => t.Value is 77) == true)
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();

        metrics.Reject(RejectReason.BadAuthentication);
        metrics.Reject(RejectReason.BadAuthentication);
        metrics.NoteExecuted(
            new ExecuteEffect(new Instance(1), 1, 1, [LogHarness.Request([1, 2, 3]), LogHarness.Request([4])]));
        metrics.NoteFlushed(0.25, 1000);
        peers.Add(LinkFault.CorruptRecord);
        bulk.AddReceived(2, 70);
        clients.AddReceived(3, 100);
        metrics.NoteStatus(Status(executed: 9, 9, 4));
        damage.Note("a", 0, "");
        damage.Note("b", 0, "");
        damage.NoteMended("a");
        listener.RecordObservableInstruments();

        Assert.Equal(2, seen["bftsmr.damage"]);
        Assert.Equal(1, seen["bftsmr.damage.mended"]);
        Assert.Equal(2, seen["bftsmr.rejected reason=bad_authentication"]);
        Assert.DoesNotContain("bftsmr.rejected reason=malformed", seen.Keys);
        Assert.Equal(2, seen["bftsmr.executed.operations"]);
        Assert.Equal(1, seen["bftsmr.executed.batches"]);
        Assert.Equal(4, seen["bftsmr.executed.bytes"]);
        Assert.Equal(2, seen["bftsmr.batch.operations"]);
        Assert.Equal(0.25, seen["bftsmr.log.flush"]);
        Assert.Equal(1000, seen["bftsmr.log.written"]);
        Assert.Equal(9, seen["bftsmr.last_executed"]);
        Assert.Equal(0, seen["bftsmr.peer.lag peer=0"]);
        Assert.Equal(5, seen["bftsmr.peer.lag peer=1"]);
        Assert.Equal(1, seen["bftsmr.links.faults port=peers fault=corrupt_record"]);
        Assert.Equal(70, seen["bftsmr.links.received port=bulk"]);
        Assert.Equal(3, seen["bftsmr.links.frames_received port=clients"]);
        Assert.Equal(2, metrics.Rejections()["bad_authentication"]);

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name;
            foreach (KeyValuePair<string, object?> tag in tags) name += $" {tag.Key}={tag.Value}";
            seen[name] = value;
        }
    }

    [Fact]
    public void Only_the_leader_measures_from_the_proposal_to_the_execution()
    {
        using ReplicaMetrics leader = Metrics(0);
        using ReplicaMetrics other = Metrics(1);
        long proposed = HostClock.Read().UnixMicros - 5_000_000;
        foreach (ReplicaMetrics metrics in (ReplicaMetrics[])[leader, other])
        {
            metrics.NoteStatus(Status(executed: 0, 0, 0));
            metrics.NoteExecuted(new ExecuteEffect(new Instance(1), proposed, 1, []));
        }

        Assert.Equal((1, 0), (leader.LedBatches, other.LedBatches));
        Assert.InRange(leader.LedMicros, 5_000_000, 5_000_000 + (long)Patience.Time.TotalMicroseconds);
        Assert.Equal(0, other.LedMicros);
    }

    private static ReplicaMetrics Metrics(int replica) =>
        new(
            new ReplicaId(replica), new LinkCounters(), new LinkCounters(), new LinkCounters(),
            new DiskDamage(), new CatchUpProgress(static () => null));

    private static ReplicaStatus Status(long executed, params long[] peers) => new()
    {
        Regency = Regency.Zero,
        Synchronized = true,
        Leader = new ReplicaId(0),
        LastExecuted = new Instance(executed),
        StableCheckpoint = Instance.Zero,
        PendingRequests = 0,
        Sessions = 0,
        CatchingUp = false,
        Checkpoint = null,
        IsNonVoting = false,
        InstancesKept = 0,
        InstancesBehind = 0,
        LeaderChanges = 0,
        PeerLastExecuted = [.. peers.Select(static p => new Instance(p))],
    };
}
