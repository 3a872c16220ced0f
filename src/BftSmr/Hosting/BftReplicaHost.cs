using BftCloud.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Hosting;

/// <summary>
/// A replica in a generic host: starts and stops with it. If the replica breaks, the host stops, as its
/// <c>BackgroundServiceExceptionBehavior</c> says. Made by <see cref="BftServiceCollectionExtensions"/>.
/// </summary>
public sealed class BftReplicaHost : BackgroundService
{
    private readonly Func<BftReplicaOptions> _options;
    private readonly Func<ServiceOptions, IStateMachine> _service;
    private readonly ILoggerFactory _loggerFactory;
    private volatile BftReplica? _replica;

    internal BftReplicaHost(
        Func<BftReplicaOptions> options, Func<ServiceOptions, IStateMachine> service, ILoggerFactory loggerFactory) =>
        (_options, _service, _loggerFactory) = (options, service, loggerFactory);

    /// <summary>Tells of changes, one at a time and in order, on no particular thread; from the start on.</summary>
    public event EventHandler<BftReplicaChange>? Changed;

    /// <summary>The replica; null before it has started.</summary>
    public BftReplica? Replica => _replica;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        BftReplicaOptions options = _options();
        Action<BftReplicaChange>? onChanged = options.OnChanged;
        options = options with
        {
            LoggerFactory = options.LoggerFactory is NullLoggerFactory ? _loggerFactory : options.LoggerFactory,
            OnChanged = change =>
            {
                onChanged?.Invoke(change);
                Changed?.Invoke(this, change);
            },
        };
        IStateMachine service = _service(options.Cluster.ServiceOptions);
        _replica = await BftReplica.StartAsync(options, service, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_replica is { } replica) await replica.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _replica!.Completion;
}
