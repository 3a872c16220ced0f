using System.Collections.Concurrent;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// What clouds named of a unit when all units were listed, a moment ago: each answers for one listing of the unit's
/// metadata in place of the cloud. A second listing, because something is not there any more, goes to the cloud.
/// </summary>
/// <param name="prefix">What was listed.</param>
/// <param name="names">The names that clouds gave; of the other clouds nothing is known.</param>
internal sealed class KnownListings(string prefix, IReadOnlyDictionary<int, IReadOnlyList<string>> names)
{
    private readonly ConcurrentDictionary<int, IReadOnlyList<string>> _names = new(names);

    /// <summary>The answer to a call; null if it is not known, or was given before.</summary>
    public CloudAnswer? Take(CloudCall call) =>
        call is ListCall && call.Name == prefix && _names.TryRemove(call.Cloud, out IReadOnlyList<string>? listed)
            ? new Listed(listed)
            : null;
}
