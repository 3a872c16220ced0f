using DepSky.Clouds.Http;

namespace DepSky.Client;

/// <summary>
/// What clouds refused or failed at since the client was made, also where it was made up for. Bounded: of each cloud,
/// the first failure of each kind, and how many there were.
/// </summary>
internal sealed class CloudLog(IReadOnlyList<ICloud> clouds)
{
    /// <summary>So many texts of a cloud are known as told before.</summary>
    private const int TextsMax = 256;

    private readonly Lock _lock = new();
    private readonly long[] _failures = new long[clouds.Count];
    private readonly SortedDictionary<(int Cloud, CloudFailure Kind), string> _first = [];
    private readonly HashSet<string>[] _texts =
        [.. clouds.Select(static _ => new HashSet<string>(StringComparer.Ordinal))];

    /// <summary>A request failed.</summary>
    public void NoteRequest(int cloud, CloudFailure kind, string what) => Note(cloud, kind, what, isNew: true);

    /// <summary>
    /// An operation found fault with a cloud: with a request that is noted already, or with what came.
    /// </summary>
    public void NoteProblem(int cloud, CloudFailure kind, string what) => Note(cloud, kind, what, isNew: false);

    /// <summary>A cloud stands in the place of another: that explains what else is wrong with it.</summary>
    public void NoteMisplaced(int cloud, string what)
    {
        lock (_lock)
        {
            if (!_texts[cloud].Add(what)) return;
            _failures[cloud]++;
            _first[(cloud, CloudFailure.Broken)] = what;
        }
    }

    /// <summary>Of every cloud, in the configuration's order.</summary>
    public IReadOnlyList<CloudReport> Reports()
    {
        lock (_lock)
        {
            return
            [
                .. clouds.Select((cloud, i) => new CloudReport(
                    cloud.Name, (cloud as ICountsRetries)?.Retries ?? 0, _failures[i],
                    [.. _first.Where(f => f.Key.Cloud == i).Select(f => new CloudFault(
                        cloud.Name, f.Key.Kind, f.Value))])),
            ];
        }
    }

    private void Note(int cloud, CloudFailure kind, string what, bool isNew)
    {
        lock (_lock)
        {
            bool isUnheard = _texts[cloud].Count < TextsMax && _texts[cloud].Add(what);
            if (!isNew && !isUnheard) return;
            _failures[cloud]++;
            _first.TryAdd((cloud, kind), what);
        }
    }
}
