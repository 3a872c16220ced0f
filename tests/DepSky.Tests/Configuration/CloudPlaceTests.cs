using DepSky.Configuration;

namespace DepSky.Tests.Configuration;

public sealed class CloudPlaceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("https://dav.example.org/a/b", "https://DAV.Example.ORG:443/a/b/")]
    [InlineData("https://dav.example.org/a/b", "http://dav.example.org:80//a//b")]
    [InlineData("https://dav.example.org/a/b", "https://dav.example.org./a/./x/../b")]
    [InlineData("https://dav.example.org/a/b", "https://dav.example.org/%61/b")]
    [InlineData("http://localhost:9000/x", "http://127.0.0.1:9000/x")]
    [InlineData("http://localhost:9000/x", "http://[::1]:9000/x/")]
    [InlineData("http://localhost:9000/x", "http://127.1:9000/x")]
    [InlineData("http://localhost:9000/x", "http://[::ffff:127.0.0.1]:9000/x")]
    [InlineData("http://localhost:9000/x", "http://s3.localhost:9000/x")]
    [InlineData("http://localhost", "http://LOCALHOST:80/")]
    [InlineData("http://bücher.example/", "http://xn--bcher-kva.example")]
    public void Spellings_of_one_address_are_one_place(string one, string other) =>
        Assert.Equal(CloudPlace.OfAddress(new Uri(one)), CloudPlace.OfAddress(new Uri(other)));

    [Theory]
    [InlineData("http://localhost:9000/x", "http://localhost:9001/x")]
    [InlineData("http://localhost:9000/x", "http://localhost:9000/X")]
    [InlineData("http://localhost:9000/x", "http://10.0.0.1:9000/x")]
    [InlineData("https://a.example.org/x", "https://b.example.org/x")]
    public void Other_addresses_are_other_places(string one, string other) =>
        Assert.NotEqual(CloudPlace.OfAddress(new Uri(one)), CloudPlace.OfAddress(new Uri(other)));

    [Fact]
    public void A_folder_is_where_its_links_lead()
    {
        string real = Directory.CreateDirectory(_directory.At("real", "cloud")).FullName;
        Directory.CreateSymbolicLink(_directory.At("link"), real);
        Directory.CreateSymbolicLink(_directory.At("folder"), "real");
        Directory.CreateSymbolicLink(_directory.At("real", "up"), "../folder/cloud");
        Directory.CreateSymbolicLink(_directory.At("round"), _directory.At("round"));

        string place = CloudPlace.OfFolder(real);

        Assert.All(
            new[] { "link", "folder/cloud", "real/up", "real/../real/cloud/", "link/." },
            path => Assert.Equal(place, CloudPlace.OfFolder(_directory.At(path))));
        Assert.NotEqual(place, CloudPlace.OfFolder(_directory.At("real/other")));
        Assert.EndsWith("round/", CloudPlace.OfFolder(_directory.At("round")), StringComparison.Ordinal);
    }
}
