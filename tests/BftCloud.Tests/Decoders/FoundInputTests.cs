using System.Text;
using System.Text.RegularExpressions;
using BftCloud.Chaos;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Testing.Fuzzing;
using BftSmr;
using BftSmr.Configuration;
using BftSmr.Simulation;

namespace BftCloud.Tests.Decoders;

/// <summary>What becomes of inputs of the corpus that once caused an error that their target did not declare.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nan-seconds")]
    [InlineData("negative-infinity-hours")]
    [InlineData("infinity-milliseconds")]
    public void What_is_no_number_is_no_time(string input) =>
        Assert.False(Duration.TryParse(Read("time", input), out _));

    [Theory]
    [InlineData("no-perturbations")]
    [InlineData("null-perturbation")]
    [InlineData("unknown-kind")]
    public void A_manifest_of_things_that_cannot_happen_is_refused(string input)
    {
        File.WriteAllText(_directory.At("manifest.json"), Read("chaos manifest", input));
        Assert.Contains(
            "'perturbations'",
            Assert.Throws<CommandFailedException>(() => ChaosManifest.Load(_directory.At("manifest.json"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null-event")]
    [InlineData("no-events")]
    [InlineData("event-without-kind")]
    [InlineData("no-network")]
    [InlineData("unknown-client")]
    [InlineData("infinite-share")]
    public void A_saved_simulation_of_what_cannot_be_is_refused(string input) =>
        Assert.Throws<FormatException>(() => SavedSimulation.Read(Read("saved simulation", input)));

    [Theory]
    [InlineData("empty-digest")]
    [InlineData("short-digest")]
    [InlineData("digest-that-is-markup")]
    public async Task A_faulty_replica_that_gives_no_digest_counts_as_one_that_says_nothing(string input)
    {
        string report = Read("status of a replica", input);
        string address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
        await using MonitoringServer server = await MonitoringServer.StartAsync(
            address,
            new MonitoringSite
            {
                Open = (_, _) => ValueTask.FromResult<MonitoringPage?>(MonitoringPage.Text(report)),
                Paths = "/status/digest",
                AddressName = "address",
                Remedy = "Take another.",
            });
        using MonitoringClient client = new();

        Assert.Null(await client.TryGetStatusAsync(address, default));

        report = Regex.Replace(report, "\"stateDigest\":\"[^\"]*\"", "\"stateDigest\":null");
        Assert.NotNull(await client.TryGetStatusAsync(address, default));
    }

    private static string Read(string target, string input) =>
        Encoding.UTF8.GetString(Corpus.Of("BftCloud.Tests").Read(target, input));
}
