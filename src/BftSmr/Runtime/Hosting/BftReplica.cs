namespace BftSmr.Runtime.Hosting;

/// <summary>
/// A running replica: orders operations with its peers, executes them on a service, answers clients. Runs until it is stopped or something
/// breaks that it cannot go on with; then <see cref="Completion"/> faults, and the process should exit with an error.
/// </summary>
public sealed class BftReplica : IAsyncDisposable
{
    /// <summary>Recovers what is on disk, connects to the other replicas and begins to serve clients.</summary>
    /// <param name="options">Who it is and where its data are.</param>
    /// <param name="stateMachine">The service in its initial state. From now on only the replica may use it.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="Storage.StorageException">The data directory cannot be used.</exception>
    /// <exception cref="Configuration.ConfigurationException">The options contradict each other, or an address cannot be used.</exception>
    public static Task<BftReplica> StartAsync(BftReplicaOptions options, IStateMachine stateMachine, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Completes when the replica has stopped; faults with what broke if it had to stop by itself.</summary>
    public Task Completion => throw new NotSupportedException();

    /// <summary>Where the replica stands.</summary>
    /// <exception cref="InvalidOperationException">The replica has stopped.</exception>
    public Task<BftReplicaStatus> GetStatusAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Stops: nothing more is received, what was promised is on disk, links are closed.</summary>
    public Task StopAsync() => throw new NotSupportedException();

    /// <summary>Stops the replica if it runs.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
