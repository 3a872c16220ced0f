using BftCloud.Primitives;
using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.EndToEnd;

/// <summary>Four real servers of three kinds, and clients of them.</summary>
internal sealed class FourServers : IAsyncDisposable
{
    private static readonly string[] Names = ["s3-a", "azure", "webdav", "s3-b"];

    private readonly KeyPair _writer = KeyPair.Generate();
    private readonly string _space = CloudServers.NewSpace();
    private readonly CloudServer[] _servers;
    private readonly bool[] _stopped = new bool[4];

    private FourServers(CloudServer[] servers) => _servers = servers;

    public static async Task<FourServers> StartAsync()
    {
        await ServerPackages.InstallAsync();
        Task<S3Server> first = S3Server.StartAsync(), second = S3Server.StartAsync();
        Task<AzureBlobServer> azure = AzureBlobServer.StartAsync();
        Task<WebDavServer> webDav = WebDavServer.StartAsync();
        await Task.WhenAll(first, second, azure, webDav);
        return new FourServers([await first, await azure, await webDav, await second]);
    }

    public static string NameOf(int cloud) => Names[cloud];

    public ICloud Open(int cloud) => _servers[cloud].Open(Names[cloud], _space);

    /// <summary>A client of all four.</summary>
    public DepSkyClient Connect() => new(new DepSkyOptions
    {
        Clouds = [.. Enumerable.Range(0, 4).Select(Open)],
        WriterPublicKey = _writer.PublicKey,
        WriterKey = _writer,
        SegmentBytes = 1 << 20,
    });

    /// <summary>Kills a server; what it stored is gone with it.</summary>
    public async Task StopAsync(int cloud)
    {
        _stopped[cloud] = true;
        await _servers[cloud].DisposeAsync();
    }

    /// <summary>Puts a new and empty server in the place of one that was stopped.</summary>
    public async Task ReplaceAsync(int cloud)
    {
        _servers[cloud] = _servers[cloud] switch
        {
            S3Server => await S3Server.StartAsync(),
            AzureBlobServer => await AzureBlobServer.StartAsync(),
            _ => await WebDavServer.StartAsync(),
        };
        _stopped[cloud] = false;
    }

    /// <summary>The clouds that hold blocks of a unit: not all of them do.</summary>
    public async Task<List<int>> HoldersAsync(string unit)
    {
        List<int> holders = [];
        for (int cloud = 0; cloud < 4; cloud++)
        {
            if (!_stopped[cloud] && (await BlocksAsync(cloud, unit)).Count > 0) holders.Add(cloud);
        }
        return holders;
    }

    /// <summary>Changes one byte in the middle of every block in a cloud.</summary>
    public async Task CorruptAsync(int cloud, string unit)
    {
        await using ICloud storage = Open(cloud);
        foreach (CloudEntry block in await BlocksAsync(cloud, unit))
        {
            byte[] content = new byte[block.SizeBytes];
            Assert.Equal(content.Length, await storage.GetAsync(block.Name, 0, content, default));
            content[content.Length / 2] ^= 1;
            await storage.PutAsync(block.Name, content, default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (int cloud = 0; cloud < 4; cloud++)
        {
            if (!_stopped[cloud]) await _servers[cloud].DisposeAsync();
        }
        _writer.Dispose();
    }

    private async Task<List<CloudEntry>> BlocksAsync(int cloud, string unit)
    {
        await using ICloud storage = Open(cloud);
        List<CloudEntry> blocks = [];
        await foreach (CloudEntry entry in storage.ListAsync($"{unit}/.data/", default)) blocks.Add(entry);
        return blocks;
    }
}
