using System.Text.Json;
using BftSmr;

namespace BftCloud.Tests.CommandLine;

/// <summary>What the commands say about files that are wrong, with no replica running.</summary>
public sealed class ClusterFilesTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private string _cluster = "";

    public async Task InitializeAsync()
    {
        _cluster = _directory.At("D");
        await CommandLineRun.SucceedAsync(
            "cluster", "init", "--f", "1", "--service", "counter", "--durability", "decisions",
            "--request-authentication", "signed", "--out", _cluster);
    }

    public Task DisposeAsync()
    {
        _directory.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void Init_writes_what_was_asked_for()
    {
        ClusterConfiguration cluster = ClusterDirectory.Open(_cluster).Cluster;

        Assert.Equal("counter", cluster.Service);
        Assert.Equal(BftSmr.Durability.Decisions, cluster.Durability);
        Assert.Equal(BftSmr.RequestAuthentication.Signed, cluster.RequestAuthentication);
        Assert.Equal(4, cluster.Replicas.Count);
    }

    [Fact]
    public async Task Init_takes_options_of_the_service_and_further_clients_with_their_rights()
    {
        string made = _directory.At("F");
        await CommandLineRun.SucceedAsync(
            "cluster", "init", "--service", "counter", "--service-option", "initialValue=-7",
            "--client", "reader=read", "--client", "operator=read,write,admin", "--out", made);

        ClusterConfiguration cluster = ClusterDirectory.Open(made).Cluster;
        Assert.Equal("-7", cluster.ServiceOptions.Values["initialValue"]);
        Assert.Equal(["client0", "reader", "operator"], cluster.Clients.Select(static c => c.Name));
        Assert.Equal(
            ["Read, Write", "Read", "Read, Write, Admin"],
            cluster.Clients.Select(static c => c.Rights.ToString()));
        ClientConfiguration reader = ClientConfiguration.Load(Path.Combine(made, "clients", "reader", "client.json"));
        Assert.Equal(1, reader.Id);
        Assert.Equal(cluster.ContentHash(), reader.LoadCluster().ContentHash());
    }

    [Theory]
    [InlineData("counter", "--service-option", "initialvalue=1", "'initialvalue': is not known")]
    [InlineData("counter", "--service-option", "initialValue=many", "must be a whole number")]
    [InlineData("kv", "--service-option", "stateBytesMax=1", "must be between 1048576 and")]
    [InlineData("echo", "--service-option", "size=1", "this service has no options")]
    public async Task Init_refuses_what_the_service_does_not_know(
        string service, string option, string value, string message) =>
        Assert.Contains(
            message,
            await CommandLineRun.FailAsync(
                1, "cluster", "init", "--service", service, option, value, "--out", _directory.At("G")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("--service-option", "size", "is not NAME=VALUE")]
    [InlineData("--client", "reader=look", "rights among read, write and admin")]
    [InlineData("--client", "..=read", "cannot be a client's name")]
    public async Task Init_refuses_what_is_not_written_as_it_must_be(string option, string value, string message) =>
        Assert.Contains(
            message,
            await CommandLineRun.FailAsync(2, "cluster", "init", option, value, "--out", _directory.At("H")),
            StringComparison.Ordinal);

    [Fact]
    public async Task Init_does_not_overwrite()
    {
        string before = await File.ReadAllTextAsync(Path.Combine(_cluster, "cluster.json"));

        string error = await CommandLineRun.FailAsync(1, "cluster", "init", "--out", _cluster);

        Assert.Contains("not empty", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(_cluster, "cluster.json")));
    }

    [Fact]
    public async Task Init_refuses_more_faults_than_there_can_be_replicas_for() =>
        Assert.Contains(
            "between 1 and 21",
            await CommandLineRun.FailAsync(1, "cluster", "init", "--f", "22", "--out", _directory.At("E")),
            StringComparison.Ordinal);

    [Fact]
    public async Task Status_shows_replicas_that_are_down_as_down()
    {
        string table = await CommandLineRun.SucceedAsync("cluster", "status", _cluster);
        string json = await CommandLineRun.SucceedAsync("cluster", "status", _cluster, "--json");

        Assert.Contains("down", table, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", table, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement[] replicas = [.. document.RootElement.GetProperty("replicas").EnumerateArray()];
        Assert.Equal([0, 1, 2, 3], replicas.Select(static replica => replica.GetProperty("id").GetInt32()));
        Assert.All(replicas, static replica =>
        {
            Assert.False(replica.GetProperty("up").GetBoolean());
            foreach (string name in (string[])[
                "pid", "regency", "leader", "lastExecuted", "stableCheckpoint", "stateDigest"])
            {
                Assert.Equal(JsonValueKind.Null, replica.GetProperty(name).ValueKind);
            }
        });
    }

    [Fact]
    public async Task Down_of_a_cluster_that_is_down_says_so() =>
        Assert.Contains(
            "No replica was running", await CommandLineRun.SucceedAsync("cluster", "down", _cluster),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("cluster status {0}")]
    [InlineData("cluster down {0}")]
    [InlineData("cluster up {0} --detach")]
    [InlineData("bench echo --cluster {0}")]
    public async Task A_directory_without_a_cluster_is_named_with_the_command_that_makes_one(string command)
    {
        string absent = _directory.At("absent");

        string error = await CommandLineRun.FailAsync(
            1, string.Format(System.Globalization.CultureInfo.InvariantCulture, command, absent).Split(' '));

        Assert.Contains(absent, error, StringComparison.Ordinal);
        Assert.Contains("cluster init", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_key_is_named_with_its_file()
    {
        string file = Path.Combine(_cluster, "r0", "replica.json");
        await File.WriteAllTextAsync(
            file, (await File.ReadAllTextAsync(file)).Replace("\"data\"", "\"date\"", StringComparison.Ordinal));

        string run = await CommandLineRun.FailAsync(1, "replica", "run", "--config", file);
        string inspect = await CommandLineRun.FailAsync(1, "inspect", "config", file);

        Assert.Contains(file, run, StringComparison.Ordinal);
        Assert.Contains("'data': is missing", run, StringComparison.Ordinal);
        Assert.Equal(run, inspect);
    }

    [Fact]
    public async Task The_key_file_of_another_replica_is_refused()
    {
        File.Copy(
            Path.Combine(_cluster, "r1", "secret.key"), Path.Combine(_cluster, "r0", "secret.key"), overwrite: true);

        string error = await CommandLineRun.FailAsync(
            1, "replica", "run", "--config", Path.Combine(_cluster, "r0", "replica.json"));

        Assert.Contains("secret.key", error, StringComparison.Ordinal);
        Assert.Contains("cluster.json gives", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_others_may_read_is_refused()
    {
        string key = Path.Combine(_cluster, "r0", "secret.key");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        string error = await CommandLineRun.FailAsync(
            1, "replica", "run", "--config", Path.Combine(_cluster, "r0", "replica.json"));

        Assert.Contains("chmod 600", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_tells_which_replica_failed_and_shows_the_end_of_its_log()
    {
        await File.WriteAllTextAsync(Path.Combine(_cluster, "r2", "secret.key"), "garbage");

        string error;
        try
        {
            error = await CommandLineRun.FailAsync(1, "cluster", "up", _cluster, "--detach");
        }
        finally
        {
            await CommandLineRun.SucceedAsync("cluster", "down", _cluster);
        }

        Assert.Contains("Replica 2 ended with exit code 1", error, StringComparison.Ordinal);
        Assert.Contains("is not a key file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_for_another_service_is_refused() =>
        Assert.Contains(
            "runs the service 'counter'", await CommandLineRun.FailAsync(1, "bench", "echo", "--cluster", _cluster),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("cluster.json", "kind", "cluster")]
    [InlineData("r3/replica.json", "id", "3")]
    [InlineData("client/client.json", "name", "client0")]
    [InlineData("admin/admin.json", "kind", "administrator")]
    public async Task Inspect_shows_what_a_file_says(string file, string key, string value)
    {
        using JsonDocument document =
            JsonDocument.Parse(
                await CommandLineRun.SucceedAsync("inspect", "config", Path.Combine(_cluster, file), "--json"));

        Assert.Equal(value, document.RootElement.GetProperty(key).GetString());
        Assert.Equal(
            ClusterDirectory.Open(_cluster).Cluster.ContentHash().ToString(),
            document.RootElement.GetProperty("clusterHash").GetString());
    }
}
