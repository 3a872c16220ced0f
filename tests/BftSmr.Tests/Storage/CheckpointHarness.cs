using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Storage;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Storage;

/// <summary>
/// A directory of checkpoints with what their states have to be. The records of the service change at random; one of
/// the replica's own says how many checkpoints there were.
/// </summary>
internal sealed class CheckpointHarness(int seed) : IDisposable
{
    public const int ChunkBytes = 64;

    public static readonly DataOwner Owner = new("cluster", new ReplicaId(0));

    private const string ServiceTag = "\u0001";

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, string> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<Instance, SortedDictionary<string, string>> _states = [];

    public TemporaryDirectory Directory { get; } = new();

    /// <summary>Merges take so little that they are due at once; with 1 they take long.</summary>
    public long CheckpointBytes { get; init; } = 1000;

    public int Count => _states.Count;

    public ReplicaSettings Settings => new()
    {
        Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1), ChunkBytes = ChunkBytes,
        CheckpointBytes = CheckpointBytes, Durability = Durability.None,
    };

    public void Dispose() => Directory.Dispose();

    public CheckpointStore Open() => Open(Directory, out _);

    public CheckpointStore Open(TemporaryDirectory directory, out DamageLog damaged)
    {
        damaged = new DamageLog();
        return CheckpointStore.Open(directory.Path, Owner, Settings, damaged.Damage);
    }

    /// <summary>Opens the directory as a replica does that starts: the newest checkpoint is loaded.</summary>
    public CheckpointStore Restart()
    {
        CheckpointStore store = Open();
        Restore(store);
        return store;
    }

    /// <summary>The next checkpoint, of random changes.</summary>
    public Manifest Write(CheckpointStore store, int changes = 20)
    {
        List<Change> touched = RandomRuns.Next(_random, _random.Next(changes + 1));
        Change.Apply(_records, touched);
        int number = Count + 1;
        IEnumerable<Change> all = [
            Change.Put("\0n", $"{number}"), .. touched.Select(static c => c with { Key = ServiceTag + c.Key })];
        _states.Add(new Instance(number), new SortedDictionary<string, string>(_records, StringComparer.Ordinal));
        return store.Write(new Instance(number), new ListedChanges(all), default)!;
    }

    public List<Manifest> WriteMany(CheckpointStore store, int count)
    {
        List<Manifest> manifests = [];
        for (int i = 0; i < count; i++)
        {
            manifests.Add(Write(store));
            store.MergeAhead(default);
        }
        return manifests;
    }

    /// <summary>Restores, and holds what was loaded to what the checkpoint's state has to be.</summary>
    public Manifest Restore(CheckpointStore store)
    {
        CollectingService service = new();
        Manifest manifest = store.Restore(HostOf(service), out IReadOnlyList<StateRecord> own, default);
        if (manifest.Number == 0)
        {
            Assert.Empty(own);
            Assert.Null(service.Records);
        }
        else AssertState(manifest.Instance, service, own);
        return manifest;
    }

    /// <summary>Loads a checkpoint that is whole, and holds it to what its state has to be.</summary>
    public void Load(CheckpointStore store, Manifest manifest)
    {
        CollectingService service = new();
        AssertState(manifest.Instance, service, store.Load(manifest, HostOf(service), default));
    }

    private void AssertState(Instance instance, CollectingService service, IReadOnlyList<StateRecord> own)
    {
        Assert.Equal(_states[instance], service.Records);
        StateRecord record = Assert.Single(own);
        Assert.Equal(("n", $"{instance.Value}"), (Change.TextOf(record.Key.Span), Change.TextOf(record.Value.Span)));
    }

    /// <summary>The pieces of a checkpoint, as a peer would send them.</summary>
    public static List<(RunDescription Run, Piece Piece)> PiecesOf(CheckpointStore source, Manifest manifest) =>
    [
        .. from run in manifest.Runs.DistinctBy(static run => run.Root)
           from index in Enumerable.Range(0, (int)MerkleTree.ChunkCount(run.Bytes, ChunkBytes))
           select (run, source.ReadPiece(run.Root, index)!),
    ];

    /// <summary>What is missing, as pairs.</summary>
    public static List<(Digest Run, int Index)> Lacking(IReadOnlyList<MissingRun> missing) =>
    [
        .. from run in missing
           from index in Enumerable.Range(0, (int)MerkleTree.ChunkCount(run.Run.Bytes, ChunkBytes))
           where !run.Chunks.Contains(index)
           select (run.Run.Root, index),
    ];

    public string[] Files(string pattern = "*") =>
        [.. System.IO.Directory.GetFiles(Directory.Path, pattern).Select(static f => Path.GetFileName(f))
            .Order(StringComparer.Ordinal)];

    private static ServiceHost HostOf(IStateMachine service) => new(service, 100, RightsTable.Everybody);
}
