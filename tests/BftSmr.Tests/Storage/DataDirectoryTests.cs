using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Storage;
using BftSmr.Tests.Hosting;
using BftSmr.Tests.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Storage;

public sealed class DataDirectoryTests : IDisposable
{
    private static readonly ReplicaSettings Settings =
        new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) };

    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory.At("data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_replica_that_never_ran_has_forgotten_nothing_and_one_that_lost_its_disk_has()
    {
        DataDirectory.Initialize(Data);
        Assert.False(Open().VotesForgotten);
        Assert.False(Open().VotesForgotten);
        Directory.Delete(Data, recursive: true);
        Assert.True(Open().VotesForgotten);
        Assert.True(Open().VotesForgotten);
    }

    [Fact]
    public void A_lost_log_beside_a_kept_snapshot_is_a_loss_of_votes()
    {
        DataDirectory.Initialize(Data);
        Open(static storage => storage.Log.Append(new RegencyInstalled(new Regency(3))));
        Directory.Delete(Path.Combine(Data, "log"), recursive: true);
        Assert.True(Open().VotesForgotten);
    }

    [Theory]
    [InlineData(Durability.Decisions)]
    [InlineData(Durability.None)]
    public void Without_durable_votes_every_start_but_the_first_has_forgotten_them(Durability durability)
    {
        DataDirectory.Initialize(Data);
        Assert.False(Open(durability: durability).VotesForgotten);
        Assert.True(
            Open(static storage => storage.Log.Append(new SilentUpTo(new Instance(3), Regency.Zero)),
                durability).VotesForgotten);
        Assert.True(Open(durability: durability).VotesForgotten);
    }

    [Fact]
    public void A_directory_is_used_by_one_replica_at_a_time()
    {
        Open(
            storage => Assert.Contains(
                "in use", Assert.Throws<StorageException>(() => Open()).Message, StringComparison.Ordinal));
        Open();
    }

    [Fact]
    public void A_directory_that_holds_something_is_not_made_new()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "notes"), "mine");
        Assert.Contains(
            "not empty", Assert.Throws<StorageException>(() => DataDirectory.Initialize(Data)).Message,
            StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Data, "notes")));
    }

    [Fact]
    public void A_path_that_cannot_be_a_directory_is_an_error_that_names_it()
    {
        File.WriteAllText(Data, "a file");
        Assert.Contains(Data, Assert.Throws<StorageException>(() => Open()).Message, StringComparison.Ordinal);
        Assert.Contains(
            Data, Assert.Throws<StorageException>(() => DataDirectory.Initialize(Data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_locked_is_not_said_to_be_in_use()
    {
        Directory.CreateDirectory(Path.Combine(Data, "lock"));
        string message = Assert.Throws<StorageException>(() => Open()).Message;
        Assert.Contains(Path.Combine(Data, "lock"), message, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_use_is_said_to_be_so_with_the_process_that_uses_it() => Open(
        _ => Assert.Contains(
            $"process, {Environment.ProcessId}:", Assert.Throws<StorageException>(() => Open()).Message,
            StringComparison.Ordinal));

    [Theory]
    [InlineData("another", 0)]
    [InlineData("cluster", 1)]
    public void A_directory_of_another_replica_is_refused_by_both_names_and_stays_as_it_is(string cluster, int replica)
    {
        DataDirectory.Initialize(Data);
        Open(static storage => storage.Log.Append(new RegencyInstalled(new Regency(3))));
        string[] before = Content();

        string message = Assert.Throws<StorageException>(
            () => Open(owner: new DataOwner(cluster, new ReplicaId(replica)))).Message;

        Assert.Contains("replica 0 of cluster cluster", message, StringComparison.Ordinal);
        Assert.Contains($"replica {replica} of cluster {cluster}", message, StringComparison.Ordinal);
        Assert.Equal(before, Content());
        Assert.False(Open().VotesForgotten);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("cluster cluster\nreplica 0\nand more\n")]
    public void An_owner_that_cannot_be_read_is_none_of_ours(string text)
    {
        Open();
        File.WriteAllText(Path.Combine(Data, "owner"), text);
        Assert.Contains(
            Path.Combine(Data, "owner"), Assert.Throws<StorageException>(() => Open()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_another_cluster_in_a_directory_of_ours_is_refused()
    {
        Open(static storage => storage.Log.Append(new RegencyInstalled(new Regency(3))));
        File.Delete(Path.Combine(Data, "owner"));

        string message = Assert.Throws<StorageException>(
            () => Open(owner: new DataOwner("another", new ReplicaId(0)))).Message;

        Assert.Contains(Path.Combine(Data, "log"), message, StringComparison.Ordinal);
        Assert.Contains("replica 0 of cluster another", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_cluster_in_a_directory_of_ours_is_refused()
    {
        using ListedChanges changes = new([Change.Put("\x1", "a word")]);
        Open(storage => storage.Checkpoints.Write(new Instance(5), changes, CancellationToken.None));
        File.Delete(Path.Combine(Data, "owner"));
        Directory.Delete(Path.Combine(Data, "log"), recursive: true);

        string message = Assert.Throws<StorageException>(
            () => Open(owner: new DataOwner("another", new ReplicaId(0)))).Message;

        Assert.Contains(Path.Combine(Data, "checkpoints"), message, StringComparison.Ordinal);
    }

    private string[] Content() =>
        [.. Directory.GetFiles(Data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(static file => Path.GetFileName(file) != "lock")
            .Select(static file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];

    private RecoveredState Open(
        Action<ReplicaStorage>? use = null, Durability durability = Durability.Votes, DataOwner? owner = null)
    {
        ReplicaSettings settings = Settings with { Durability = durability };
        using ReplicaStorage storage = ReplicaStorage.Open(
            Data, owner ?? new DataOwner("cluster", new ReplicaId(0)), settings, LogHarness.Limits,
            new ServiceHost(new RegisterService(), 100, RightsTable.Everybody), NullLogger.Instance,
            new ReadProgress(), out RecoveredState recovered, default);
        use?.Invoke(storage);
        storage.Log.Close();
        return recovered;
    }
}
