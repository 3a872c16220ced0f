using BftCloud.Primitives;
using DepSky.Configuration;

namespace DepSky.Tests.Configuration;

public sealed class DepSkyConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_made_is_read_again_and_its_keys_are_its_owners_only()
    {
        string file = DepSkyDirectory.Create(_folder.At("D"), clouds: 7, withReaderKey: true);

        DepSkyConfiguration read = DepSkyConfiguration.Load(file);

        Assert.Equal((2, 7, DataProtection.Confidential), (read.Faulty, read.Clouds.Count, read.Protection));
        Assert.Equal(_folder.At("D", "clouds", "cloud6"), ((FolderConfiguration)read.Clouds[6]).Path);
        Assert.True(Directory.Exists(_folder.At("D", "clouds", "cloud6")));
        foreach (string? key in (string?[])[read.WriterKeyFile, read.ReaderKeyFile])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key!));
    }

    [Fact]
    public void Clouds_of_every_kind_are_written_and_read_alike()
    {
        DepSkyConfiguration configuration = new()
        {
            Faulty = 1,
            Protection = DataProtection.Replicated,
            Writer = KeyPairOf().PublicKey,
            CallTimeoutSeconds = 5,
            RetentionSeconds = 7,
            SegmentKiB = 64,
            Clouds =
            [
                new FolderConfiguration("disk", _folder.At("disk")),
                new S3Configuration("s3", new Uri("https://s3.example.org"),
                    "eu-central-1", "bucket", "AKIA", SecretSource.FromFile(_folder.At("s3.secret"))),
                new AzureBlobConfiguration("azure", new Uri("https://me.blob.core.windows.net"),
                    "me", "container", SecretSource.FromEnvironment("AZURE_KEY")),
                new WebDavConfiguration("dav", new Uri("https://dav.example.org/me"),
                    "me", SecretSource.FromFile(_folder.At("dav.secret"))),
            ],
        };

        configuration.Save(_folder.At("depsky.json"));

        DepSkyConfiguration read = DepSkyConfiguration.Load(_folder.At("depsky.json"));
        Assert.Equal(configuration.Clouds, read.Clouds);
        Assert.Equal(configuration with { Clouds = read.Clouds }, read);
    }

    [Theory]
    [InlineData("\"faulty\": 1", "\"faulty\": 2", "'clouds'")]
    [InlineData("\"faulty\": 1", "\"faulty\": 0", "'faulty'")]
    [InlineData("\"faulty\": 1", "\"faulty\": \"one\"", "'faulty'")]
    [InlineData("\"faulty\": 1", "\"faulty\": 1, \"quorom\": 3", "'quorom'")]
    [InlineData("\"faulty\": 1", "", "it is not JSON")]
    [InlineData("\"preferred\"", "\"most\"", "'quorum'")]
    [InlineData("\"confidential\"", "\"secret\"", "'protection'")]
    [InlineData("\"cloud1\"", "\"cloud0\"", "two clouds named 'cloud0'")]
    [InlineData("clouds/cloud1", "clouds/cloud0", "two clouds in the folder")]
    [InlineData("clouds/cloud1", "clouds/../clouds/cloud0/", "two clouds in the folder")]
    [InlineData("clouds/cloud1", "clouds/cloud0/inner", "a cloud within another")]
    [InlineData("\"cloud1\"", "\"cloud 1\"", "'clouds[1].name'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"", "\"kind\": \"ftp\"", "'clouds[1].kind'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"", "\"kind\": \"folder\"", "'clouds[1].path'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
        "\"kind\": \"folder\", \"path\": \"x\", \"bucket\": \"b\"", "'clouds[1].bucket'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
        "\"kind\": \"s3\", \"endpoint\": \"ftp://x\"", "'clouds[1].endpoint'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
        "\"kind\": \"s3\", \"endpoint\": \"https://x\", "
        + "\"bucket\": \"b\", \"accessKey\": \"a\"", "'clouds[1].secretFile'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
        "\"kind\": \"s3\", \"endpoint\": \"https://x\", "
        + "\"bucket\": \"b\", \"accessKey\": \"a\", \"secretKey\": \"s\"", "'clouds[1].secretFile'")]
    [InlineData("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
        "\"kind\": \"webdav\", \"endpoint\": \"http://dav.example.org\", "
        + "\"user\": \"u\", \"secretEnvironment\": \"S\"", "Use https")]
    [InlineData("\"callTimeoutSeconds\": 60", "\"callTimeoutSeconds\": 0", "'callTimeoutSeconds'")]
    public void A_mistake_is_named_with_its_key(string text, string mistake, string expected)
    {
        string file = DepSkyDirectory.Create(_folder.At("D"), clouds: 4);
        string content = File.ReadAllText(file);
        Assert.Contains(text, content, StringComparison.Ordinal);
        File.WriteAllText(file, content.Replace(text, mistake, StringComparison.Ordinal));

        ConfigurationException error = Assert.Throws<ConfigurationException>(() => DepSkyConfiguration.Load(file));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "\"kind\": \"webdav\", \"endpoint\": \"http://localhost:8080/dav\", \"user\": \"u\"",
        "\"kind\": \"webdav\", \"endpoint\": \"http://127.0.0.1:8080/dav/\", \"user\": \"u\"")]
    [InlineData(
        "\"kind\": \"s3\", \"endpoint\": \"https://S3.example.org\", \"bucket\": \"b\", \"accessKey\": \"one\"",
        "\"kind\": \"s3\", \"endpoint\": \"https://s3.example.org:443/\", \"bucket\": \"b\", \"accessKey\": \"two\"")]
    [InlineData(
        "\"kind\": \"azure\", \"account\": \"me\", \"container\": \"c\"",
        "\"kind\": \"azure\", \"account\": \"me\", \"endpoint\": \"https://ME.blob.core.windows.net/\", "
        + "\"container\": \"c\"")]
    public void Two_clouds_in_one_place_are_refused_whatever_the_spelling(string first, string second)
    {
        string file = DepSkyDirectory.Create(_folder.At("D"), clouds: 4), content = File.ReadAllText(file);
        File.WriteAllText(file, content
            .Replace("\"kind\": \"folder\", \"path\": \"clouds/cloud1\"",
                $"{first}, \"secretEnvironment\": \"S\"", StringComparison.Ordinal)
            .Replace("\"kind\": \"folder\", \"path\": \"clouds/cloud3\"",
                $"{second}, \"secretEnvironment\": \"S\"", StringComparison.Ordinal));

        ConfigurationException error = Assert.Throws<ConfigurationException>(() => DepSkyConfiguration.Load(file));

        Assert.Contains("two clouds in one place: 'cloud1' and 'cloud3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_says_how_to_make_one()
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(
            () => DepSkyConfiguration.Load(_folder.At("none.json")));

        Assert.Contains("bftcloud depsky init", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_overwritten()
    {
        DepSkyDirectory.Create(_folder.At("D"), clouds: 4);

        Assert.Throws<ConfigurationException>(() => DepSkyDirectory.Create(_folder.At("D"), clouds: 4));
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(4, 2)]
    [InlineData(17, null)]
    [InlineData(-1, null)]
    public void Numbers_that_do_not_fit_make_nothing(int clouds, int? faulty)
    {
        Assert.Throws<ConfigurationException>(() => DepSkyDirectory.Create(_folder.At("D"), clouds, faulty));

        Assert.False(Directory.Exists(_folder.At("D")));
    }

    [Fact]
    public async Task A_key_that_others_can_read_and_a_key_of_something_else_are_refused()
    {
        string file = DepSkyDirectory.Create(_folder.At("D"), clouds: 4, withReaderKey: true);
        DepSkyConfiguration configuration = DepSkyConfiguration.Load(file);
        await using (ConfiguredClient client = configuration.Open()) { }

        File.SetUnixFileMode(configuration.ReaderKeyFile!, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains(
            "chmod 600", Assert.Throws<KeyFileException>(() => configuration.Open()).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(configuration.ReaderKeyFile!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(configuration.ReaderKeyFile!, "no key");
        Assert.Throws<KeyFileException>(() => configuration.Open());
        using KeyPair other = KeyPairOf();
        Assert.Contains(
            "'writer' in depsky.json",
            Assert.Throws<KeyFileException>(
                () => (configuration with { Writer = other.PublicKey, ReaderKeyFile = null }).Open()).Message,
            StringComparison.Ordinal);
        File.Delete(configuration.WriterKeyFile!);
        Assert.Contains(
            "To only read", Assert.Throws<KeyFileException>(() => configuration.Open()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_key_is_read_as_it_was_written()
    {
        using ReaderKey key = ReaderKey.Generate();
        ReaderKeyFile.Save(_folder.At("reader.key"), key);
        using ReaderKey read = ReaderKeyFile.Load(_folder.At("reader.key"));

        byte[] expected = new byte[ReaderKey.Size], actual = new byte[ReaderKey.Size];
        key.CopyTo(expected);
        read.CopyTo(actual);
        Assert.Equal(expected, actual);
        Assert.Throws<KeyFileException>(() => ReaderKeyFile.Save(_folder.At("reader.key"), key));
    }

    [Fact]
    public void Secrets_come_from_their_owners_file_or_the_environment()
    {
        string file = _folder.At("secret");
        File.WriteAllText(file, "hush\nmore\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("hush", SecretSource.FromFile(file).Read());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains(
            "chmod 600", Assert.Throws<ConfigurationException>(SecretSource.FromFile(file).Read).Message,
            StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(SecretSource.FromFile(_folder.At("none")).Read);

        Environment.SetEnvironmentVariable("DEPSKY_TEST_HUSH", "hush");
        Assert.Equal("hush", SecretSource.FromEnvironment("DEPSKY_TEST_HUSH").Read());
        Assert.Contains(
            "DEPSKY_TEST_NEVER_SET",
            Assert.Throws<ConfigurationException>(SecretSource.FromEnvironment("DEPSKY_TEST_NEVER_SET").Read).Message,
            StringComparison.Ordinal);
    }

    private static KeyPair KeyPairOf() => KeyPair.Generate();
}
