using BftCloud.Links;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using Xunit.Abstractions;

namespace BftSmr.Tests.Decoders;

/// <summary>
/// Every decoder of this library against changed and random input, and against what its own encoder writes.
/// </summary>
public sealed class DecoderTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Corpus s_corpus = Corpus.Of("BftSmr.Tests");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Names
    {
        get
        {
            using TemporaryDirectory unused = new();
            return [.. Targets(unused).Select(static target => target.Name)];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_decoded_or_refused(string name) =>
        output.WriteLine(Fuzzer.Run(Target(name), s_corpus));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_encoded_is_decoded_to_the_same(string name) => RoundTrip.Check(Target(name));

    [Fact]
    public void Every_decoder_is_fuzzed() => DecoderInventory.Check(
        [typeof(Quorums).Assembly, typeof(SecureLink).Assembly, typeof(Digest).Assembly], DecoderList.Of,
        Targets(_directory).Select(static target => target.Name));

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(Targets(_directory).Select(static target => target.Name));

    private FuzzTarget Target(string name) => Targets(_directory).Single(target => target.Name == name);

    private static IEnumerable<FuzzTarget> Targets(TemporaryDirectory directory) =>
        [.. MessageTargets.All, .. LinkTargets.All, .. new StorageTargets(directory).All,
            .. new CheckpointTargets(directory).All,
            .. new ConfigurationTargets(directory).All];
}
