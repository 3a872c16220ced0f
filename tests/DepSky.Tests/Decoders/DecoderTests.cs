using System.Reflection;
using BftCloud.Testing.Fuzzing;
using Xunit.Abstractions;

namespace DepSky.Tests.Decoders;

/// <summary>
/// Every decoder of DepSky against changed and random input, and against what its own encoder writes.
/// </summary>
public sealed class DecoderTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Corpus s_corpus = Corpus.Of("DepSky.Tests");

    private readonly TemporaryDirectory _folder = new();
    private readonly CloudTargets _clouds = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _clouds.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("metadata")]
    [InlineData("metadata as it comes")]
    [InlineData("announcement")]
    [InlineData("part")]
    [InlineData("lock")]
    [InlineData("lock name")]
    [InlineData("lease name")]
    [InlineData("metadata name")]
    [InlineData("attempt")]
    [InlineData("unit in a name")]
    [InlineData("version")]
    [InlineData("upload ticket")]
    [InlineData("S3 listing")]
    [InlineData("Azure listing")]
    [InlineData("WebDAV listing")]
    [InlineData("S3 object")]
    [InlineData("Azure object")]
    [InlineData("WebDAV object")]
    [InlineData("depsky.json")]
    [InlineData("reader key")]
    [InlineData("secret")]
    public void Whatever_comes_is_decoded_or_refused_and_what_was_encoded_is_decoded_to_the_same(string name)
    {
        FuzzTarget target = Targets.Single(target => target.Name == name);
        RoundTrip.Check(target);
        output.WriteLine(Fuzzer.Run(target, s_corpus));
    }

    [Fact]
    public void Every_decoder_is_fuzzed() =>
        DecoderInventory.Check(
            [typeof(DepSkyClient).Assembly], DecoderList.Of, Targets.Select(static target => target.Name));

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() =>
        s_corpus.Check(Targets.Select(static target => target.Name));

    [Fact]
    public void Every_target_has_its_test() => Assert.Equal(
        Targets.Select(static target => target.Name),
        typeof(DecoderTests)
            .GetMethod(nameof(Whatever_comes_is_decoded_or_refused_and_what_was_encoded_is_decoded_to_the_same))!
            .GetCustomAttributesData()
            .Where(static data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(static data => (IReadOnlyList<CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)
            .Select(static arguments => (string)arguments[0].Value!));

    private FuzzTarget[] Targets =>
        [.. new ObjectTargets(_folder).All, .. _clouds.All, .. new ConfigurationTargets(_folder).All];
}
