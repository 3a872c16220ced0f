using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Storage;

/// <summary>
/// The manifests in a directory: each file is there only while all runs of its checkpoint are. One thread at a time
/// writes and deletes them; any may look at them.
/// </summary>
internal sealed class ManifestStore(string directory, DataOwner owner, bool flushes, DiskDamage damage)
{
    private readonly Lock _lock = new();
    private readonly List<Manifest> _manifests = []; // by instance, oldest first

    /// <summary>Told of each one that is found damaged while the replica runs, on any thread.</summary>
    public Action<Manifest> Damaged { get; set; } = static _ => { };

    /// <summary>All that are here, oldest first.</summary>
    public IReadOnlyList<Manifest> All
    {
        get
        {
            lock (_lock) return [.. _manifests];
        }
    }

    /// <summary>The newest one; null if there is none.</summary>
    public Manifest? Newest
    {
        get
        {
            lock (_lock) return _manifests.Count == 0 ? null : _manifests[^1];
        }
    }

    /// <summary>Reads those that are there. Damaged ones are renamed, and told.</summary>
    /// <exception cref="StorageException">One is another replica's.</exception>
    public void OpenAll()
    {
        foreach (string file in Directory.GetFiles(directory, "*" + ManifestFile.TemporarySuffix)) File.Delete(file);
        foreach (string file in Directory.GetFiles(directory, "*" + ManifestFile.Suffix))
        {
            if (!ManifestFile.TryRead(file, out Manifest? manifest, out uint tag))
            {
                File.Move(file, file + CheckpointStore.CorruptSuffix, overwrite: true);
                damage.NoteLost(file, 0, "It was renamed to *.corrupt. The next checkpoint takes its place.");
                continue;
            }
            if (tag != owner.Tag) throw owner.Foreign(file);
            _manifests.Add(manifest);
        }
        _manifests.Sort(static (a, b) => a.Instance.CompareTo(b.Instance));
    }

    /// <summary>It is on disk when this returns, as all its runs are.</summary>
    public void Keep(Manifest manifest)
    {
        ManifestFile.Write(directory, manifest, owner.Tag, flushes);
        lock (_lock)
        {
            _manifests.RemoveAll(m => m.Instance == manifest.Instance);
            int after = _manifests.FindIndex(m => m.Instance > manifest.Instance);
            _manifests.Insert(after < 0 ? _manifests.Count : after, manifest);
        }
        damage.NoteMended(PathOf(manifest));
    }

    /// <summary>Deletes one.</summary>
    public void Delete(Manifest manifest)
    {
        lock (_lock) _manifests.Remove(manifest);
        File.Delete(PathOf(manifest));
        damage.NoteMended(PathOf(manifest));
    }

    /// <summary>Writes one again that was found damaged, unless it was deleted since.</summary>
    public void Restore(Manifest manifest)
    {
        if (IsHere(manifest)) Keep(manifest);
    }

    /// <summary>Compares each file with what was written; gives the bytes that were read, file by file.</summary>
    public IEnumerable<long> Scrub()
    {
        foreach (Manifest manifest in All)
        {
            byte[] written = ManifestFile.Encode(manifest, owner.Tag);
            if (FileBytes.FindDifference(PathOf(manifest), 0, written) is { } offset && IsHere(manifest))
            {
                damage.Note(PathOf(manifest), offset, "It is written again.");
                Damaged(manifest);
            }
            yield return written.Length;
        }
    }

    public string PathOf(Manifest manifest) => Path.Combine(directory, ManifestFile.FileName(manifest.Instance));

    private bool IsHere(Manifest manifest)
    {
        lock (_lock) return _manifests.Contains(manifest);
    }
}
