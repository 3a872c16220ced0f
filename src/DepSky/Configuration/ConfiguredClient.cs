using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>
/// A client made from a configuration, with the clouds and the keys that belong to it. All are disposed of with it.
/// </summary>
internal sealed class ConfiguredClient : IAsyncDisposable
{
    private readonly KeyPair? _writerKey;
    private readonly ReaderKey? _readerKey;

    private ConfiguredClient(DepSkyClient client, KeyPair? writerKey, ReaderKey? readerKey) =>
        (Client, _writerKey, _readerKey) = (client, writerKey, readerKey);

    /// <summary>The client.</summary>
    public DepSkyClient Client { get; }

    internal static ConfiguredClient Open(DepSkyConfiguration configuration, Func<ICloud, ICloud>? wrap)
    {
        KeyPair? writerKey = null;
        ReaderKey? readerKey = null;
        List<ICloud> clouds = [];
        try
        {
            if (configuration.WriterKeyFile is { } file)
            {
                if (!File.Exists(file))
                    throw new KeyFileException(
                        $"Key file '{file}' does not exist. Copy the writer's key there. "
                        + "To only read, remove 'writerKey' from depsky.json.");
                writerKey = KeyFile.Load(file);
                if (writerKey.PublicKey != configuration.Writer)
                    throw new KeyFileException(
                        $"Key file '{file}' holds the key {writerKey.PublicKey}, but 'writer' in depsky.json "
                        + $"is {configuration.Writer}. Use the key file that was made with this depsky.json.");
            }
            if (configuration.ReaderKeyFile is not null) readerKey = ReaderKeyFile.Load(configuration.ReaderKeyFile);
            TimeSpan callTimeout = TimeSpan.FromSeconds(configuration.CallTimeoutSeconds);
            foreach (CloudConfiguration cloud in configuration.Clouds)
                clouds.Add(wrap is null ? cloud.Open(callTimeout) : wrap(cloud.Open(callTimeout)));
            DepSkyClient client = new(new DepSkyOptions
            {
                Clouds = clouds,
                Faulty = configuration.Faulty,
                Protection = configuration.Protection,
                Quorum = configuration.Quorum,
                WriterPublicKey = configuration.Writer,
                WriterKey = writerKey,
                ReaderKey = readerKey,
                SegmentBytes = configuration.SegmentKiB << 10,
                CallTimeout = callTimeout,
                Retention = TimeSpan.FromSeconds(configuration.RetentionSeconds),
            });
            return new ConfiguredClient(client, writerKey, readerKey);
        }
        catch
        {
            writerKey?.Dispose();
            readerKey?.Dispose();
            foreach (ICloud cloud in clouds) cloud.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Ends the client, its clouds, and zeroes the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        _writerKey?.Dispose();
        _readerKey?.Dispose();
    }
}
