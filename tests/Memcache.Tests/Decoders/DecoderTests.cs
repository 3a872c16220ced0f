using BftCloud.Testing.Fuzzing;
using Xunit.Abstractions;

namespace Memcache.Tests.Decoders;

/// <summary>Every decoder of the cache against changed and random input.</summary>
public sealed class DecoderTests(ITestOutputHelper output)
{
    private static readonly Corpus s_corpus = Corpus.Of("Memcache.Tests");

    public static TheoryData<string> Names => [.. SessionTargets.All.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_decoded_or_refused(string name) =>
        output.WriteLine(Fuzzer.Run(SessionTargets.All.Single(target => target.Name == name), s_corpus));

    [Fact]
    public void Every_decoder_is_fuzzed() =>
        DecoderInventory.Check(
            [typeof(MemcacheServer).Assembly], DecoderList.Of, SessionTargets.All.Select(static target => target.Name));

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(SessionTargets.All.Select(static target => target.Name));
}
