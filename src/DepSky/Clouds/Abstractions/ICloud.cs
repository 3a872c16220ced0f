using System.Runtime.CompilerServices;

namespace DepSky;

/// <summary>
/// One storage cloud: a passive store of named byte strings that runs none of our code. It need not be trusted; DepSky
/// asks only that a correct one keeps the promises stated here.
/// </summary>
/// <remarks>
/// Names consist of one or more parts of <c>[A-Za-z0-9._~-]</c> separated by '/' (<see cref="ObjectName"/>). Every
/// operation may run concurrently with every other. Operations fail with
/// <see cref="CloudException"/>, and with <see cref="OperationCanceledException"/> when their token is cancelled.
/// A cloud tries requests again where the service is busy or breaks off; those above do not.
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

    /// <summary>
    /// Names the objects that lie in folders of one name, in the ordinal order of their full names, and passes over all
    /// other folders whose names begin with a dot. Memory is bounded by what one folder holds.
    /// </summary>
    /// <remarks>As it stands here it reads a whole listing and sorts it: a cloud that can should do better.</remarks>
    /// <param name="prefix">What names start with, not necessarily a whole part; empty for all.</param>
    /// <param name="folder">The folders' name; it begins with a dot.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CloudException">Not all of them could be named.</exception>
    async IAsyncEnumerable<CloudEntry> ListFoldersAsync(
        string prefix, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<CloudEntry> found = [];
        await foreach (CloudEntry entry in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (ObjectName.IsIn(entry.Name, folder)) found.Add(entry);
        }
        found.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        foreach (CloudEntry entry in found) yield return entry;
    }

    /// <summary>
    /// Deletes what writers that died left aside. Nothing that has a name is touched; a cloud that puts nothing aside
    /// has nothing to do.
    /// </summary>
    /// <param name="age">What is younger stays: a writer may be at it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How much was deleted.</returns>
    /// <exception cref="CloudException">It could not be deleted, or only in part.</exception>
    Task<int> SweepAsync(TimeSpan age, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Deletes an object. Deleting one that is not there is success.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CloudException">It was not deleted for sure.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
