using System.CommandLine;
using BftCloud.Common;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>The options that say which store a command is for.</summary>
internal sealed class KvTarget
{
    public ServiceTarget Service { get; } = new(KvFeature.Name);

    /// <summary>Connects, and runs the command with a client of the store.</summary>
    public Task<int> RunAsync(ParseResult result, Func<KvClient, Task> command, CancellationToken cancellationToken) =>
        Service.RunAsync(result, client => command(new KvClient(client)), cancellationToken);
}
