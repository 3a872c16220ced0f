using BftCloud.Primitives;

namespace BftSmr.Tests.Decoders;

/// <summary>Inputs that fuzzing found, each of which once got through as an error that nobody had declared.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("7b2f2f0a22636c7573746572223a226e222c226b6579223a22ff227d", "no characters")] // a byte that is not UTF-8, in a value
    [InlineData("7b22ff223a317d", "no characters")] // the same in a key
    [InlineData("7b22636c7573746572223a225c7564383030222c226b6579223a2278227d", "no characters")] // "\ud800": half of a character
    [InlineData("7b22636c7573746572223a225c7530303030222c226b6579223a2278227d", "no path can have")] // "\u0000" in a path
    public void A_configuration_with_texts_that_are_none_is_refused_with_what_is_wrong(string hex, string problem)
    {
        string file = _directory.File("admin.json");
        File.WriteAllBytes(file, Convert.FromHexString(hex));
        Assert.Contains(
            problem, Assert.Throws<ConfigurationException>(() => AdministratorConfiguration.Load(file)).Message,
            StringComparison.Ordinal);
    }
}
