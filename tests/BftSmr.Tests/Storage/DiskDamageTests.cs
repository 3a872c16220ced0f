using System.Diagnostics.Metrics;
using BftCloud.Primitives;
using BftSmr.Hosting;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;
using BftSmr.Tests.Hosting;

namespace BftSmr.Tests.Storage;

/// <summary>
/// One byte of a file of a replica turns, file kind by file kind: while it runs, or while it is stopped. It is found,
/// told with its place, counted, shown, and mended at the cost of that place; and the state stays what it has to be.
/// </summary>
public sealed class DiskDamageTests : IAsyncDisposable
{
    private const int Damaged = 2, Late = 3, WordBytes = 160_000, FetchedBytesMax = 1 << 20;

    private readonly DamageLog _told = new();
    private TestCluster? _cluster;

    private string Log => Path.Combine(_cluster!.DataOf(Damaged), "log");
    private string Checkpoints => Path.Combine(_cluster!.DataOf(Damaged), "checkpoints");
    private string Archive => Path.Combine(_cluster!.DataOf(Damaged), "archive");

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    public Task Log_record_while_running() =>
        RunningAsync(Segment, static _ => SegmentHeader.Size + 5, SegmentHeader.Size);

    [Fact]
    public async Task Log_record_while_stopped()
    {
        await StoppedAsync(Segment, static _ => SegmentHeader.Size + 5, SegmentHeader.Size);
        await _cluster!.WaitForAsync(Damaged, static s => !s.IsNonVoting, withStateDigest: false);
    }

    [Fact]
    public Task Segment_header_while_running() => RunningAsync(Segment, static _ => 20, 0);

    [Fact]
    public async Task Segment_header_while_stopped()
    {
        await StoppedAsync(Segment, static _ => 20, 0);
        await _cluster!.WaitForAsync(Damaged, static s => !s.IsNonVoting, withStateDigest: false);
    }

    [Fact]
    public Task Run_piece_while_running() => RunningAsync(LargestRun, static _ => 300_000, 256 << 10);

    [Fact]
    public Task Run_piece_while_stopped() => StoppedAsync(LargestRun, static _ => 300_000, 256 << 10);

    [Fact]
    public Task Run_index_while_running() => RunningAsync(LargestRun, static run => run.Length - 150, null);

    [Fact]
    public Task Run_index_while_stopped() => StoppedAsync(LargestRun, static run => run.Length - 150, null);

    [Fact]
    public Task Manifest_while_running() => RunningAsync(NewestManifest, static _ => 20, 20);

    [Fact]
    public Task Manifest_while_stopped() => StoppedAsync(NewestManifest, static _ => 20, 0);

    [Fact]
    public async Task Archive_while_running()
    {
        await StartAsync();
        await _cluster!.StopReplicaAsync(Late);
        await AppendAsync(40, 40);
        await Patience.UntilAsync(() => ArchivedPart() is not null, "batches are archived for the late replica");
        string part = ArchivedPart()!;
        LogHarness.FlipBit(part, 3);
        await WaitUntilMendedAsync(1);
        Assert.Equal((part, 0), Assert.Single(_told.Found));
        Assert.False(File.Exists(part), "The damaged part is gone; later ones may have come.");
        await _cluster.StartReplicaAsync(Late);
        await AssertEqualAsync(80);
    }

    /// <summary>A start empties the archive: what happened to it before is no damage.</summary>
    [Fact]
    public async Task Archive_while_stopped()
    {
        await StartAsync();
        await _cluster!.StopReplicaAsync(Late);
        await AppendAsync(40, 40);
        await Patience.UntilAsync(() => ArchivedPart() is not null, "batches are archived for the late replica");
        await _cluster.StopReplicaAsync(Damaged);
        LogHarness.FlipBit(ArchivedPart()!, 3);
        await StartDamagedAsync();
        Assert.Empty(Directory.GetFiles(Archive));
        await _cluster.StartReplicaAsync(Late);
        await AssertEqualAsync(80);
        Assert.Empty(_told.Found);
    }

    /// <summary>What the disk has after it was mended is what a start needs.</summary>
    private async Task RunningAsync(Func<string> file, Func<FileInfo, long> at, long? told)
    {
        await StartAsync();
        string damaged = Damage(file, at);
        await WaitUntilMendedAsync(1);
        AssertTold(damaged, at, told);
        await AppendAsync(40, 5);
        await _cluster!.StopReplicaAsync(Damaged);
        await StartDamagedAsync();
        await WaitUntilMendedAsync(0);
        BftReplicaStatus restarted = await _cluster.WaitForAsync(
            Damaged, static s => s.InstancesBehind == 0, withStateDigest: false);
        Assert.False(restarted.IsNonVoting);
        await AssertEqualAsync(45);
    }

    private async Task StoppedAsync(Func<string> file, Func<FileInfo, long> at, long? told)
    {
        await StartAsync();
        await _cluster!.StopReplicaAsync(Damaged);
        string damaged = Damage(file, at);
        await StartDamagedAsync();
        await AppendAsync(40, 5);
        await WaitUntilMendedAsync(1);
        AssertTold(damaged, at, told);
        await AssertEqualAsync(45);
    }

    /// <summary>
    /// 6 MB of words are executed. The replica has a stable checkpoint, and one segment of its log; it reads its disk
    /// again and again without a pause.
    /// </summary>
    private async Task StartAsync()
    {
        _cluster = await TestCluster.StartAsync(static c => c with { CheckpointPeriod = 8 });
        await _cluster.StopReplicaAsync(Damaged);
        await StartDamagedAsync();
        await AppendAsync(0, 40);
        await _cluster.WaitForAsync(
            Damaged, static s => s.StableCheckpoint.Value >= 40 && s.InstancesBehind == 0, withStateDigest: false);
        await Patience.UntilAsync(
            () => Directory.GetFiles(Log, "log-*.wal").Length == 1 && Directory.GetFiles(Checkpoints).All(IsKept),
            "what is not needed any more is gone");
        Assert.Empty(_told.Found);
    }

    private Task StartDamagedAsync() => _cluster!.StartReplicaAsync(
        Damaged, options => options with { LoggerFactory = _told, ScrubPeriod = TimeSpan.FromMilliseconds(5) });

    private async Task AppendAsync(int from, int count)
    {
        await using BftClient client = await _cluster!.ConnectAsync();
        foreach (string word in Words(from, count)) await TestCluster.AppendAsync(client, [word]);
    }

    private static string Damage(Func<string> file, Func<FileInfo, long> at)
    {
        string path = file();
        LogHarness.FlipBit(path, at(new FileInfo(path)));
        return path;
    }

    private void AssertTold(string file, Func<FileInfo, long> at, long? told)
    {
        (string foundFile, long foundAt) = Assert.Single(_told.Found);
        Assert.Equal(file, foundFile);
        if (told is not null) Assert.Equal(told, foundAt);
        Assert.Equal([file], _told.Mended);
        Assert.InRange(_told.FetchedBytes, 0, FetchedBytesMax);
    }

    /// <summary>The status says so, and so does the metric.</summary>
    private async Task WaitUntilMendedAsync(long damage)
    {
        await _cluster!.WaitForAsync(
            Damaged, s => s.DamageFound == damage && s.DamageMended == damage, withStateDigest: false);
        Assert.Contains(damage, Measured("bftsmr.damage"));
        Assert.Contains(damage, Measured("bftsmr.damage.mended"));
    }

    private async Task AssertEqualAsync(int words)
    {
        Digest expected = RegisterService.DigestOf(Words(0, words));
        for (int i = 0; i < 4; i++)
            await _cluster!.WaitForAsync(i, static s => s.InstancesBehind == 0, withStateDigest: false);
        for (int i = 0; i < 4; i++) await _cluster!.WaitForAsync(i, s => s.StateDigest == expected);
    }

    private string Segment() => Assert.Single(Directory.GetFiles(Log, "log-*.wal"));

    private string NewestManifest() =>
        Directory.GetFiles(Checkpoints, "*.manifest").Order(StringComparer.Ordinal).Last();

    private string LargestRun()
    {
        Assert.True(ManifestFile.TryRead(NewestManifest(), out Manifest? manifest, out _));
        return Path.Combine(Checkpoints, RunFile.FileName(manifest.Runs.MaxBy(static run => run.Bytes)!.Root));
    }

    private string? ArchivedPart() => Directory.GetFiles(Archive).Order(StringComparer.Ordinal).FirstOrDefault();

    private static bool IsKept(string file) => file.EndsWith(".run", StringComparison.Ordinal)
        || (file.EndsWith(".manifest", StringComparison.Ordinal)
            && string.CompareOrdinal(Path.GetFileName(file), "0000000000000032") >= 0);

    private static IEnumerable<string> Words(int from, int count) =>
        Enumerable.Range(from, count).Select(static i => $"{i}".PadLeft(WordBytes, 'x'));

    /// <summary>The values that replicas of this number, in all tests that run now, give of an instrument.</summary>
    private static List<long> Measured(string name)
    {
        List<long> values = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            bool isOfReplica = instrument.Meter.Tags?.Any(static tag => tag.Value is Damaged) == true;
            if (instrument.Name == name && isOfReplica) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => values.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }
}
