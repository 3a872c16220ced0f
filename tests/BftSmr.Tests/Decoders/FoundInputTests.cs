using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;

namespace BftSmr.Tests.Decoders;

/// <summary>Inputs of the corpus that once got through as an error that no target had declared.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("byte-not-utf8-in-value", "no characters")]
    [InlineData("byte-not-utf8-in-key", "no characters")]
    [InlineData("half-of-a-character", "no characters")]
    [InlineData("zero-in-path", "no path can have")]
    public void A_configuration_with_texts_that_are_none_is_refused_with_what_is_wrong(string input, string problem)
    {
        string file = _directory.At("admin.json");
        File.WriteAllBytes(file, Corpus.Of("BftSmr.Tests").Read("admin.json", input));
        Assert.Contains(
            problem, Assert.Throws<ConfigurationException>(() => AdministratorConfiguration.Load(file)).Message,
            StringComparison.Ordinal);
    }
}
