using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Service;

/// <summary>
/// Holds the state in memory against the records of its checkpoint, a part at each checkpoint and by and by all. What
/// differs is memory that was damaged, or a record that the service changed and did not tell. Only the service's
/// records are looked up. Invariant: where the next part begins in a run is remembered, so a run is read through once
/// for this, besides what is compared.
/// </summary>
/// <param name="partBytesMin">A part has at least so many bytes of keys and values.</param>
internal sealed class RecordAudit(long partBytesMin = 1 << 20)
{
    /// <summary>So many checkpoints compare all of a large state.</summary>
    private const int Parts = 64;

    private static readonly byte[] s_first = [FrozenState.ServiceTag];

    private Dictionary<Digest, RunPlace> _places = [];
    private byte[] _next = s_first;

    /// <summary>How often all records were compared.</summary>
    public long Rounds { get; private set; }

    /// <summary>Compares the next part.</summary>
    /// <param name="manifest">A checkpoint.</param>
    /// <param name="state">What was frozen for it; all its changes were read.</param>
    /// <param name="open">Opens a run of the checkpoint; null if it cannot be read now.</param>
    /// <returns>The key of a record that the state does not have; null if all are right.</returns>
    /// <exception cref="RunDamagedException">A run is damaged; that part is compared again.</exception>
    public byte[]? FindWrong(Manifest manifest, FrozenState state, Func<RunDescription, IRunBytes?> open)
    {
        List<AuditedRun> runs = [];
        List<(byte[], int)> removed = [];
        try
        {
            foreach (RunDescription description in manifest.Runs)
            {
                if (FindPlace(description, open) is not { } place || open(description) is not { } bytes) return null;
                removed.AddRange(place.Removed.Select(prefix => (prefix, runs.Count)));
                runs.Add(new AuditedRun(bytes, place));
            }
            RunMerge records = new(runs, isBottom: true, removed);
            long left = Math.Max(partBytesMin, manifest.Bytes / Parts);
            while (records.MoveNext())
            {
                if (left <= 0)
                {
                    EndPart(manifest, runs, records.Key);
                    return null;
                }
                left -= records.Key.Length + records.Value.Length;
                if (!state.Has(records.Key, records.Value)) return records.Key.ToArray();
            }
            (_places, _next) = ([], s_first);
            Rounds++;
            return null;
        }
        finally
        {
            foreach (AuditedRun run in runs) run.Dispose();
        }
    }

    private void EndPart(Manifest manifest, List<AuditedRun> runs, ReadOnlySpan<byte> next)
    {
        _next = next.ToArray();
        _places = [];
        for (int i = 0; i < runs.Count; i++) _places[manifest.Runs[i].Root] = runs[i].PlaceAt(next);
    }

    private RunPlace? FindPlace(RunDescription run, Func<RunDescription, IRunBytes?> open)
    {
        if (_places.TryGetValue(run.Root, out RunPlace? known)) return known;
        if (open(run) is not { } bytes) return null;
        using AuditedRun reader = new(bytes, RunPlace.Start);
        return _places[run.Root] = reader.Seek(_next);
    }
}
