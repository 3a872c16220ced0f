using BftCloud.Testing.Fuzzing;
using Xunit.Abstractions;

namespace Memcache.Client.Tests.Decoders;

/// <summary>Every decoder of the client against changed and random input.</summary>
public sealed class DecoderTests(ITestOutputHelper output)
{
    private static readonly Corpus s_corpus = Corpus.Of("Memcache.Client.Tests");

    public static TheoryData<string> Names => [.. ReplyTargets.All.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_decoded_or_refused(string name) =>
        output.WriteLine(Fuzzer.Run(ReplyTargets.All.Single(target => target.Name == name), s_corpus));

    [Fact]
    public void Every_decoder_is_fuzzed() =>
        DecoderInventory.Check(
            [typeof(MemcacheClient).Assembly], DecoderList.Of, ReplyTargets.All.Select(static target => target.Name));

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(ReplyTargets.All.Select(static target => target.Name));
}
