using System.Text;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using DepSky.Configuration;

namespace DepSky.Tests.Decoders;

/// <summary>What people write and copy: depsky.json, reader keys, secrets.</summary>
internal sealed class ConfigurationTargets(TemporaryDirectory folder)
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "null", "{}", "[]", "\\u0000", "\\ud800", "\"secretFile\": \"x\"",
            "\"secretEnvironment\": \"\"", "\"kind\": \"s3\"", "\"kind\": \"folder\"", "https://",
            "http://[::1]:1/", "http://\u00e4/", "file:///", "?a", "#b", "u@", "confidential", "all", "..",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3, 0x28],
    ];

    public IEnumerable<FuzzTarget> All =>
    [
        new("depsky.json", Saved, bytes => DepSkyConfiguration.Load(Write("depsky.json", bytes)) is not null)
        {
            Refusals = [typeof(ConfigurationException)],
            Normal = bytes =>
            {
                DepSkyConfiguration.Load(Write("depsky.json", bytes)).Save(folder.At("again.json"));
                return File.ReadAllBytes(folder.At("again.json"));
            },
            AllocatedBytes = 256 << 10,
            AllocatedBytesPerByte = 200,
            Words = Words,
            Rounds = 6,
        },
        new("reader key", ReaderKeyText, bytes =>
        {
            using ReaderKey key = ReaderKeyFile.Load(Write("reader.key", bytes));
            return true;
        })
        { Refusals = [typeof(KeyFileException)], AllocatedBytes = 32 << 10, Rounds = 4 },
        new("secret", static random => Encoding.UTF8.GetBytes($"secret{random.Next()}\n"), bytes =>
        {
            string file = Write("secret", bytes);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return SecretSource.FromFile(file).Read().Length > 0;
        })
        { Refusals = [typeof(ConfigurationException)], AllocatedBytes = 64 << 10, Rounds = 4 },
    ];

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(folder.At(name), bytes);
        return folder.At(name);
    }

    private byte[] Saved(Random random)
    {
        byte[] key = new byte[PublicKey.Size];
        random.NextBytes(key);
        new DepSkyConfiguration
        {
            Faulty = 1,
            Protection = random.Next(2) == 0 ? DataProtection.Confidential : DataProtection.Replicated,
            Quorum = random.Next(2) == 0 ? QuorumMode.Preferred : QuorumMode.All,
            Writer = new PublicKey(key),
            WriterKeyFile = random.Next(2) == 0 ? null : folder.At("writer.key"),
            ReaderKeyFile = random.Next(2) == 0 ? null : folder.At("reader.key"),
            CallTimeoutSeconds = random.Next(1, 3601),
            RetentionSeconds = random.Next(1000),
            SegmentKiB = random.Next(4, 65),
            Clouds =
            [
                new FolderConfiguration("disk", folder.At("disk")),
                new S3Configuration("s3", new Uri("https://s3.example.org"),
                    "eu-central-1", "bucket", "AKIA", SecretSource.FromFile(folder.At("s3.secret"))),
                new AzureBlobConfiguration("azure", new Uri("https://me.blob.core.windows.net"),
                    "me", "container", SecretSource.FromEnvironment("AZURE_KEY")),
                new WebDavConfiguration(
                    "dav", new Uri("https://dav.example.org/me"), "me", SecretSource.FromFile(folder.At("dav.secret"))),
            ],
        }.Save(folder.At("depsky.json"));
        return File.ReadAllBytes(folder.At("depsky.json"));
    }

    private byte[] ReaderKeyText(Random random)
    {
        byte[] secret = new byte[ReaderKey.Size];
        random.NextBytes(secret);
        using ReaderKey key = new(secret);
        File.Delete(folder.At("reader.key"));
        ReaderKeyFile.Save(folder.At("reader.key"), key);
        return File.ReadAllBytes(folder.At("reader.key"));
    }
}
