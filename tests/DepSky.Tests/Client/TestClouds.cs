using BftCloud.Primitives;

namespace DepSky.Tests.Client;

/// <summary>Four clouds, or more, and clients of them.</summary>
internal sealed class TestClouds : IDisposable
{
    public const int SegmentBytes = 16 * 1024;

    public TestClouds(int count = 4) => All = [.. Enumerable.Range(0, count).Select(i => new TestCloud($"cloud{i}"))];

    public TestCloud[] All { get; }

    public KeyPair WriterKey { get; } = KeyPair.Generate();

    public TestCloud this[int index] => All[index];

    public DepSkyOptions Options => new()
    {
        Clouds = [.. All.Select(c => (ICloud)c)],
        Faulty = (All.Length - 1) / 3,
        WriterPublicKey = WriterKey.PublicKey,
        WriterKey = WriterKey,
        SegmentBytes = SegmentBytes,
        CallTimeout = TimeSpan.FromSeconds(20),
    };

    public DepSkyClient Client(Func<DepSkyOptions, DepSkyOptions>? change = null) =>
        new(change is null ? Options : change(Options));

    public static byte[] Content(int length, int seed = 1)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public void Dispose() => WriterKey.Dispose();
}

internal static class ClientCalls
{
    public static Task<ObjectDescription> PutAsync(this DepSkyClient client, string unit, byte[] content) =>
        client.PutAsync(unit, new MemoryStream(content));

    public static async Task<byte[]> GetAsync(this DepSkyClient client, string unit, ContentRange range = default)
    {
        using MemoryStream content = new();
        await client.GetAsync(unit, content, range);
        return content.ToArray();
    }
}
