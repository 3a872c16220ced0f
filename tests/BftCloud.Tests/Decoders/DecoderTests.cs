using BftCloud.Common;
using BftCloud.Testing.Fuzzing;
using BftSmr.Simulation;
using Xunit.Abstractions;

namespace BftCloud.Tests.Decoders;

/// <summary>Every decoder of the command line program and of the simulator against changed and random input.</summary>
public sealed class DecoderTests : IAsyncLifetime
{
    private static readonly Corpus s_corpus = Corpus.Of("BftCloud.Tests");

    private readonly ITestOutputHelper _output;
    private readonly TemporaryDirectory _directory = new();
    private readonly InputTargets _targets;

    public DecoderTests(ITestOutputHelper output) => (_output, _targets) = (output, new InputTargets(_directory));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _targets.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void Saved_simulations() => Check("saved simulation");

    [Fact]
    public void Chaos_manifests() => Check("chaos manifest");

    [Fact]
    public void Times() => Check("time");

    [Fact]
    public void Ranges_of_seeds() => Check("seeds");

    [Fact]
    public void Kinds_of_faults() => Check("kinds of faults");

    [Fact]
    public void Keys_of_benchmarks() => Check("keys of a benchmark");

    [Fact]
    public void Command_lines() => Check("command line");

    [Fact]
    public void Requests_for_pages() => Check("request for a page");

    [Fact]
    public void Reports_of_benchmarks() => Check("report of a benchmark");

    [Fact]
    public void What_replicas_say_of_themselves() => Check("status of a replica");

    [Fact]
    public void Every_decoder_is_fuzzed()
    {
        string[] targets = [.. _targets.All.Select(static target => target.Name)];
        DecoderInventory.Check([typeof(Duration).Assembly], DecoderList.OfProgram, targets);
        DecoderInventory.Check([typeof(SavedSimulation).Assembly], DecoderList.OfSimulator, targets);
    }

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(_targets.All.Select(static target => target.Name));

    private void Check(string name)
    {
        FuzzTarget target = _targets.All.Single(target => target.Name == name);
        RoundTrip.Check(target);
        _output.WriteLine(Fuzzer.Run(target, s_corpus));
    }
}
