using System.Net;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Keys;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// A running replica: orders operations with its peers, executes them on a service, answers clients. Runs until it is
/// stopped or something breaks that it cannot go on with; then <see cref="Completion"/> faults, and the process should
/// exit with an error.
/// </summary>
public sealed class BftReplica : IAsyncDisposable
{
    private readonly ReplicaId _self;
    private readonly ILogger _logger;
    private readonly ReplicaStorage _storage;
    private readonly CatchUpProgress _progress;
    private readonly ReplicaMetrics _metrics;
    private readonly CheckpointWork _checkpoints;
    private readonly ScrubWork _scrub;
    private readonly ArchiveWork _archive;
    private readonly Reactor _reactor;
    private readonly ReplicaLoop _loop;
    private readonly PeerMesh _peers;
    private readonly ClientListener _clients;
    private readonly Keyring _keyring;
    private readonly Lock _stopLock = new();
    private Task? _stopping, _closingLinks;

    private BftReplica(
        BftReplicaOptions options, ReplicaSettings settings, Keyring keyring, MessageIngress ingress,
        ServiceHost executor, ReplicaStorage storage, RecoveredState recovered, Reactor reactor)
    {
        ClusterConfiguration cluster = options.Cluster;
        (_self, Quorums) = (options.Self, settings.Quorums);
        (_storage, _keyring, _reactor) = (storage, keyring, reactor);
        _logger = options.LoggerFactory.CreateLogger("BftSmr.Replica");
        ILogger linkLogger = options.LoggerFactory.CreateLogger("BftSmr.Links");
        (PublicKey[] replicaKeys, PublicKey[] clientKeys) = KeysOf(cluster);
        LinkCredentials credentials = new(
            cluster.ClusterId, cluster.ContentHash(), options.Key, replicaKeys, clientKeys);
        LinkCounters peerCounters = new(), bulkCounters = new(), clientCounters = new();
        SessionRoutes routes = new(settings.SessionsPerClientMax);

        IReplicaCore core = ReplicaCore.Create(settings, ingress.Keyring, recovered, cluster.Ordering);
        ingress.Uses = core.Uses;
        _progress = new CatchUpProgress(() => _checkpoints!.Loading);
        _metrics = new ReplicaMetrics(_self, peerCounters, bulkCounters, clientCounters, storage.Damage, _progress);
        _checkpoints = new CheckpointWork(replicaKeys.Length, executor, storage, _metrics, _logger, Post);
        _archive = new ArchiveWork(replicaKeys.Length, storage.Archive, _logger, Post);
        ReplicaInbox inbox = new(replicaKeys.Length);
        HostEffects runner = new(
            _self, recovered.Checkpoint.Instance, executor, storage, _checkpoints, _archive, routes, inbox, _metrics,
            _logger);
        ReplicaWatch watch = new(settings, replica => _peers!.IsUp(replica), options.OnChanged, _logger);
        _loop = new ReplicaLoop(
            core, runner, inbox, new FrameOpener(ingress, _metrics, _logger), routes, _metrics, _reactor, watch,
            _progress, storage.Log.Close);

        ReplicaEndpoint own = cluster.Replicas[_self.Value];
        (PeerLane messages, PeerLane bulk) = LanesOf(inbox, ingress.Limits, peerCounters, bulkCounters);
        _peers = new PeerMesh(
            _self, ListenOn(options.PeerListenAddress ?? own.PeerAddress), credentials, messages, bulk, linkLogger,
            reactor: _reactor);
        try
        {
            _clients = new ClientListener(
                ListenOn(own.ClientAddress), credentials, new ClientSink(inbox, _loop, routes, _metrics),
                LinkOptions.Clients with
                {
                    FrameBytesMax = ClientFrameBytesMax(ingress.Limits),
                    LinksMax = ClientLinksMax(),
                },
                clientCounters, linkLogger, reactor: _reactor, onCaughtUp: _loop.Release);
        }
        catch
        {
            _ = _peers.DisposeAsync().AsTask();
            throw;
        }
        runner.Connect(_peers, _clients);
        HostLog.Started(_logger, _self, _peers.LocalEndPoint, _clients.LocalEndPoint);
        _scrub = new ScrubWork(storage, options.ScrubPeriod, Post);
        // From here on the loop may fail at any time, and takes everything down: Completion tells it.
        Completion = SuperviseAsync();
        _loop.Start();
        _peers.Start([.. cluster.Replicas.Select(static replica => EndPointOf(replica.PeerAddress))]);
        _clients.Start();
    }

    /// <summary>The sizes of its cluster's quorums.</summary>
    internal Quorums Quorums { get; }

    /// <summary>Completes when the replica has stopped; faults with what broke if it had to stop by itself.</summary>
    public Task Completion { get; }

    /// <summary>
    /// Recovers what is on disk, connects to the other replicas and begins to serve clients. An error after that,
    /// however soon, ends <see cref="Completion"/>.
    /// </summary>
    /// <param name="options">The replica, its cluster and its data.</param>
    /// <param name="stateMachine">The service in its initial state. From now on only the replica may use it.</param>
    /// <param name="cancellationToken">Gives up before the replica has begun to run.</param>
    /// <exception cref="StorageException">The data directory cannot be used.</exception>
    /// <exception cref="ConfigurationException">The configuration has a value out of its bounds.</exception>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="IOException">An address of the replica cannot be bound.</exception>
    public static Task<BftReplica> StartAsync(
        BftReplicaOptions options, IStateMachine stateMachine, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stateMachine);
        Check(options);
        return Task.Run(() => Open(options, stateMachine, cancellationToken), cancellationToken);
    }

    /// <summary>Where the replica stands.</summary>
    /// <param name="withStateDigest">Also computes <see cref="BftReplicaStatus.StateDigest"/>. The replica does nothing
    /// else meanwhile: for a <see cref="StateMachine"/> that means saving the whole state.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The replica has stopped.</exception>
    public Task<BftReplicaStatus> GetStatusAsync(
        bool withStateDigest = false, CancellationToken cancellationToken = default) =>
        _loop.AskAsync(
            (core, runner) => StatusOf(core.Status(), withStateDigest ? runner.StateDigest() : null),
            asksService: withStateDigest, cancellationToken);

    /// <summary>
    /// Stops: nothing more is received, what was promised is on disk, links are closed. <see cref="Completion"/> says
    /// how it ended.
    /// </summary>
    public Task StopAsync()
    {
        lock (_stopLock) return _stopping ??= Task.Run(StopLinksAndLoopAsync);
    }

    /// <summary>Stops the replica if it runs.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private static int ClientFrameBytesMax(CodecLimits limits) =>
        Math.Max(limits.ClientFrameBytesMax, limits.ReplyFrameBytesMax);

    private (PeerLane Messages, PeerLane Bulk) LanesOf(
        ReplicaInbox inbox, CodecLimits limits, LinkCounters messages, LinkCounters bulk) =>
        (
            new PeerLane(
                new PeerSink(inbox.Peers, LinkPurpose.Messages, _loop),
                LinkOptions.Peers with { FrameBytesMax = limits.PeerFrameBytesMax }, messages),
            new PeerLane(
                new PeerSink(inbox.Bulk, LinkPurpose.Bulk, _loop),
                LinkOptions.Bulk with { FrameBytesMax = limits.BulkFrameBytesMax }, bulk));

    /// <summary>As many as there are descriptors for besides handshakes on both ports and its own files.</summary>
    private int ClientLinksMax()
    {
        const int OwnFiles = 64;
        int wanted = LinkOptions.Clients.LinksMax;
        int fit = OpenFileLimit.ConnectionsThatFit(
            wanted, LinkOptions.Clients.UnestablishedMax + LinkOptions.Peers.UnestablishedMax + OwnFiles);
        if (fit < wanted) HostLog.FewDescriptors(_logger, fit, wanted);
        return fit;
    }

    private static BftReplica Open(
        BftReplicaOptions options, IStateMachine stateMachine, CancellationToken cancellationToken)
    {
        ReplicaSettings settings = options.Cluster.ToSettings(options.Self) with
        {
            SeedSecret = SecretRandom.NextUInt64(),
        };
        (PublicKey[] replicaKeys, PublicKey[] clientKeys) = KeysOf(options.Cluster);
        Keyring keyring = new(options.Cluster.ClusterId, options.Key, replicaKeys, clientKeys);
        MessageIngress ingress = new(settings, keyring, options.Cluster.Ordering);
        ServiceHost executor = new(stateMachine, settings.ReplyBytesMax, settings.Rights);
        ReadProgress reading = new(
            (read, toRead) => options.StartProgress?.Report(new BftStartProgress(read, toRead)));
        ReplicaStorage storage = ReplicaStorage.Open(
            options.DataDirectory, new DataOwner(options.Cluster.ClusterId, options.Self), settings, ingress.Limits,
            executor, options.LoggerFactory.CreateLogger("BftSmr.Storage"), reading, out RecoveredState recovered,
            cancellationToken);
        Reactor? reactor = null;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            reactor = new Reactor($"bftsmr-{options.Self}");
            return new BftReplica(options, settings, keyring, ingress, executor, storage, recovered, reactor);
        }
        catch
        {
            reactor?.Dispose();
            storage.Dispose();
            keyring.Dispose();
            throw;
        }
    }

    /// <summary>Cleans up once the loop has ended, for any reason.</summary>
    private async Task SuperviseAsync()
    {
        try
        {
            await _loop.Ended.ConfigureAwait(false);
            HostLog.Stopped(_logger, _self);
        }
        catch (Exception e)
        {
            HostLog.Failed(_logger, _self, e);
            throw;
        }
        finally
        {
            await CloseLinks().ConfigureAwait(false);
            await _scrub.StopAsync().ConfigureAwait(false);
            _scrub.Dispose();
            await _checkpoints.StopAsync().ConfigureAwait(false);
            _checkpoints.Dispose();
            await _archive.StopAsync().ConfigureAwait(false);
            _archive.Dispose();
            _reactor.Dispose();
            _storage.Dispose();
            _metrics.Dispose();
            _keyring.Dispose();
        }
    }

    private async Task StopLinksAndLoopAsync()
    {
        await CloseLinks().ConfigureAwait(false);
        _loop.RequestStop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Once, for the first that comes: the replica that is stopped, or the loop that ended.</summary>
    private Task CloseLinks()
    {
        lock (_stopLock) return _closingLinks ??= Task.Run(CloseLinksAsync);
    }

    private async Task CloseLinksAsync()
    {
        await _peers.DisposeAsync().ConfigureAwait(false);
        await _clients.DisposeAsync().ConfigureAwait(false);
    }

    private BftReplicaStatus StatusOf(ReplicaStatus status, Digest? stateDigest)
    {
        _progress.Note(status, HostClock.NowMicros);
        return new BftReplicaStatus
        {
            Self = _self,
            Regency = status.Regency,
            Leader = status.Leader,
            Synchronized = status.Synchronized,
            LastExecuted = status.LastExecuted,
            StableCheckpoint = status.StableCheckpoint,
            PendingRequests = status.PendingRequests,
            Sessions = status.Sessions,
            Phase = ReplicaPhases.Of(status),
            CatchingUp = status.CatchingUp,
            Checkpoint = _progress.Checkpoint,
            InstancesPerSecond = _progress.InstancesPerSecond,
            InstancesBehind = status.InstancesBehind,
            IsNonVoting = status.IsNonVoting,
            LeaderChanges = status.LeaderChanges,
            ExecutedOperations = _metrics.ExecutedOperations,
            LedBatches = _metrics.LedBatches,
            LedTime = TimeSpan.FromMicroseconds(_metrics.LedMicros),
            Rejections = _metrics.Rejections(),
            DamageFound = _storage.Damage.Found,
            DamageMended = _storage.Damage.Mended,
            StateDigest = stateDigest,
            Peers = [.. status.PeerLastExecuted
                .Select((executed, i) => PeerStatusOf(new ReplicaId(i), executed, status.LastExecuted))
                .Where(peer => peer.Id != _self)],
        };
    }

    private BftPeerStatus PeerStatusOf(ReplicaId peer, Instance executed, Instance own) =>
        new(peer, _peers.IsUp(peer), executed, Math.Max(0, own - executed));

    private void Post(object subject) => _loop.Post(subject);

    private static void Check(BftReplicaOptions options)
    {
        options.Cluster.Check();
        ArgumentException.ThrowIfNullOrEmpty(options.DataDirectory, nameof(options));
        if (options.Self.Value < 0 || options.Self.Value >= options.Cluster.Replicas.Count)
            throw new ArgumentException(
                $"Self is {options.Self}, but the cluster has replicas 0 to {options.Cluster.Replicas.Count - 1}.",
                nameof(options));
        if (options.Key.PublicKey != options.Cluster.Replicas[options.Self.Value].PublicKey)
            throw new ArgumentException(
                $"Key is not the one whose public key the cluster lists for {options.Self}: give the replica its own "
                + "key.", nameof(options));
    }

    private static (PublicKey[] Replicas, PublicKey[] Clients) KeysOf(ClusterConfiguration cluster) =>
        (
            [.. cluster.Replicas.Select(static replica => replica.PublicKey)],
            [.. cluster.Clients.Select(static client => client.PublicKey)]);

    private static EndPoint EndPointOf(string address)
    {
        HostPort parsed = HostPort.Parse(address);
        return IPAddress.TryParse(parsed.Host, out IPAddress? ip)
            ? new IPEndPoint(ip, parsed.Port)
            : new DnsEndPoint(parsed.Host, parsed.Port);
    }

    /// <summary>
    /// The own address, or all of this machine's where the configuration has a name, which may stand for another
    /// address outside.
    /// </summary>
    private static IPEndPoint ListenOn(string address)
    {
        if (EndPointOf(address) is IPEndPoint ip) return ip;
        HostPort named = HostPort.Parse(address);
        return new IPEndPoint(
            named.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback : IPAddress.Any,
            named.Port);
    }
}
