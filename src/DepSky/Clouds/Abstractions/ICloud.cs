namespace DepSky;

/// <summary>
/// One storage cloud: a passive store of named byte strings that runs none of our code. It need not be trusted; DepSky
/// asks only that a correct one keeps the promises stated here.
/// </summary>
/// <remarks>
/// Names consist of one or more parts of <c>[A-Za-z0-9._-]</c> separated by '/' (<see cref="ObjectName"/>). Every
/// operation may run concurrently with every other. Operations fail with
/// <see cref="CloudException"/>, and with <see cref="OperationCanceledException"/> when their token is cancelled.
/// Nothing retries here: those above know better when to.
/// </remarks>
public interface ICloud : IAsyncDisposable
{
    /// <summary>
    /// What the operator calls this cloud; unique among the clouds of one configuration. It appears in every error.
    /// </summary>
    string Name { get; }

    /// <summary>Stores an object, replacing what had the name. Others see the whole of it or nothing; once the task has
    /// completed, every later read sees it and it survives restarts of the cloud. After a failure or a cancellation it
    /// may be visible or not, but never in part.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content; must not be changed until the task has completed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CloudException">It was not stored for sure.</exception>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Reads part of an object.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="offset">Where to start, in bytes; beyond its end nothing is read.</param>
    /// <param name="destination">Where the bytes go. An object may be longer than what is asked for; a cloud never
    /// writes beyond this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The number of bytes read: less than the destination's length only if the object ends there.</returns>
    /// <exception cref="CloudException"><see cref="CloudFailure.NotFound"/> if there is no such object.</exception>
    Task<int> GetAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>
    /// Names the objects that are there, in no particular order. Objects stored or deleted meanwhile may appear or not.
    /// </summary>
    /// <param name="prefix">What their names start with, not necessarily a whole part; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CloudException">Not all of them could be named.</exception>
    IAsyncEnumerable<CloudEntry> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes an object. Deleting one that is not there is success.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CloudException">It was not deleted for sure.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
