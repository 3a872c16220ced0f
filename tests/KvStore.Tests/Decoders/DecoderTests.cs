using BftCloud.Testing.Fuzzing;
using KvStore.Gateway;
using Xunit.Abstractions;

namespace KvStore.Tests.Decoders;

/// <summary>
/// Every decoder of the key-value service against changed and random input, and against what its own encoder writes.
/// </summary>
public sealed class DecoderTests(ITestOutputHelper output)
{
    private static readonly Corpus s_corpus = Corpus.Of("KvStore.Tests");

    public static TheoryData<string> Names => [.. Targets.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_decoded_or_refused(string name) =>
        output.WriteLine(Fuzzer.Run(Target(name), s_corpus));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_encoded_is_decoded_to_the_same(string name) => RoundTrip.Check(Target(name));

    [Fact]
    public void Every_decoder_is_fuzzed() =>
        DecoderInventory.Check(
            [typeof(KvStateMachine).Assembly, typeof(RespServer).Assembly], DecoderList.Of,
            Targets.Select(static target => target.Name));

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(Targets.Select(static target => target.Name));

    private static FuzzTarget Target(string name) => Targets.Single(target => target.Name == name);

    private static IEnumerable<FuzzTarget> Targets => [.. PackTargets.All, .. RespTargets.All];
}
