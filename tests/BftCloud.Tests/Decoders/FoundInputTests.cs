using BftCloud.Chaos;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftSmr;
using BftSmr.Configuration;
using BftSmr.Simulation;

namespace BftCloud.Tests.Decoders;

/// <summary>Inputs that once got through as an error that nobody had declared.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("NaNs")]
    [InlineData("-Infinityh")]
    [InlineData("Infinityms")]
    public void What_is_no_number_is_no_time(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("""{ "perturbations": null }""")]
    [InlineData("""{ "perturbations": [null] }""")]
    [InlineData("""{ "perturbations": [{ "kind": 99, "seconds": 1 }] }""")]
    public void A_manifest_of_things_that_cannot_happen_is_refused(string json)
    {
        File.WriteAllText(_directory.At("manifest.json"), json);
        Assert.Contains(
            "'perturbations'",
            Assert.Throws<CommandFailedException>(() => ChaosManifest.Load(_directory.At("manifest.json"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "faults": { "events": [null] } }""")]
    [InlineData("""{ "faults": { "events": null } }""")]
    [InlineData("""{ "faults": { "events": [{ "atMicros": 1 }] } }""")]
    [InlineData("""{ "faults": { "network": null } }""")]
    [InlineData("""{ "faults": { "byzantineClients": [77] } }""")]
    [InlineData("""{ "queryShare": 1e999 }""")]
    public void A_saved_simulation_of_what_cannot_be_is_refused(string json) =>
        Assert.Throws<FormatException>(() => SavedSimulation.Read(json));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"0123\"")]
    [InlineData("\"[red]012345678901234567890123456789012345678901234567890123456789\"")]
    public async Task A_faulty_replica_that_gives_no_digest_counts_as_one_that_says_nothing(string digest)
    {
        string report =
            """{"id":0,"pid":1,"clusterId":"c","service":"kv","uptimeSeconds":1,"regency":0,"leader":0,"""
            + """ "synchronized":true,"catchingUp":false,"silent":false,"lastExecuted":7,"stableCheckpoint":0,"""
            + $$""" "stateDigest":{{digest}},"executedOperations":1,"pendingRequests":0,"sessions":1,"""
            + """ "leaderChanges":0,"rejected":{},"peers":[]}""";
        string address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
        await using MonitoringServer server = await MonitoringServer.StartAsync(
            address, (_, _) => ValueTask.FromResult<MonitoringPage?>(MonitoringPage.Text(report)));
        using MonitoringClient client = new();

        Assert.Null(await client.TryGetStatusAsync(address, default));

        report = report.Replace($"\"stateDigest\":{digest}", "\"stateDigest\":null", StringComparison.Ordinal);
        Assert.NotNull(await client.TryGetStatusAsync(address, default));
    }
}
