using BftCloud.Primitives;
using DepSky;

namespace ObjectStore;

/// <summary>Reports of a company, in four clouds that it does not trust. Any one of them may be faulty.</summary>
internal sealed class Archive(string directory, PublicKey writer, KeyPair? writerKey) : IAsyncDisposable
{
    public const int Clouds = 4;

    private const string Prefix = "reports/";

    private readonly DepSkyClient _client = new(new DepSkyOptions
    {
        Clouds =
            [.. Enumerable.Range(0, Clouds).Select(ICloud (i) => new FolderCloud(NameOf(i), FolderOf(directory, i)))],
        WriterPublicKey = writer,
        WriterKey = writerKey, // Null for a client that only reads.
    });

    public static string FolderOf(string directory, int cloud)
    {
        string folder = Path.Combine(directory, NameOf(cloud));
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static string NameOf(int cloud) => $"cloud{cloud}";

    public async Task<ObjectDescription> PutAsync(string report, byte[] content)
    {
        using MemoryStream stream = new(content);
        ObjectDescription written = await _client.PutAsync(Prefix + report, stream);
        await _client.DrainAsync(); // Three of four clouds are enough. The fourth gets its part now.
        return written;
    }

    public async Task<byte[]> GetAsync(string report)
    {
        using MemoryStream stream = new();
        await _client.GetAsync(Prefix + report, stream);
        return stream.ToArray();
    }

    /// <summary>A part of a report. DepSky fetches the segments that have it.</summary>
    public async Task<byte[]> GetAsync(string report, long offset, long length)
    {
        using MemoryStream stream = new();
        await _client.GetAsync(Prefix + report, stream, new ContentRange(offset, length));
        return stream.ToArray();
    }

    /// <summary>The last versions.</summary>
    public IAsyncEnumerable<ObjectDescription> ListAsync() => _client.ListAsync(Prefix);

    public async Task<Flaw[]> VerifyAsync() => await ForEachAsync(
        unit => _client.VerifyAsync(unit), static report => report.Flaws);

    /// <returns>What was mended.</returns>
    public async Task<Flaw[]> RepairAsync() => await ForEachAsync(
        unit => _client.RepairAsync(unit), static report => report.Mended);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task<Flaw[]> ForEachAsync(
        Func<string, Task<VerificationReport>> check, Func<VerificationReport, IReadOnlyList<Flaw>> flaws)
    {
        List<Flaw> all = [];
        await foreach (ObjectDescription report in ListAsync()) all.AddRange(flaws(await check(report.Unit)));
        return [.. all];
    }
}
