using BftCloud.Primitives;
using BftSmr.Messages;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The snapshots of a replica: its own, written in the background, and one that is being fetched. A file has a snapshot's name only when it is complete and
/// on disk. Reading, storing and deleting may go on while a snapshot is written; each is safe on any thread.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string TemporarySuffix = ".tmp";
    private const string CorruptSuffix = ".corrupt";

    /// <summary>Snapshots at or below the stable checkpoint that are kept: the newest, and one more for whoever is still fetching it.</summary>
    private const int StableKept = 2;

    /// <summary>A long snapshot goes to the disk in pieces of this size, so that it does not hold up the log's flushes all at once.</summary>
    private const long FlushBytes = 16 << 20;

    private readonly string _directory;
    private readonly int _chunkBytes;
    private readonly bool _flushes;
    private readonly Lock _lock = new();
    private readonly List<SnapshotFile> _snapshots = []; // by instance, oldest first
    private FetchedSnapshot? _fetched;

    private CheckpointStore(string directory, int chunkBytes, bool flushes) => (_directory, _chunkBytes, _flushes) = (directory, chunkBytes, flushes);

    /// <summary>The newest complete snapshot's instance; 0 if there is none.</summary>
    public Instance Newest
    {
        get
        {
            lock (_lock) return _snapshots.Count == 0 ? Instance.Zero : _snapshots[^1].Instance;
        }
    }

    /// <summary>Deletes a directory of snapshots, if there is one.</summary>
    /// <exception cref="StorageException">It cannot be deleted.</exception>
    public static void Discard(string directory) => Guard("Deleting the snapshots in", directory, () =>
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    });

    /// <summary>Opens a directory of snapshots, made if it does not exist. Damaged ones are set aside and named in <paramref name="damaged"/>.</summary>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static CheckpointStore Open(string directory, int chunkBytes, bool flushes, out IReadOnlyList<string> damaged)
    {
        CheckpointStore store = new(directory, chunkBytes, flushes);
        List<string> bad = [];
        damaged = bad;
        Guard("Opening the snapshots in", directory, () =>
        {
            Directory.CreateDirectory(directory);
            foreach (string file in Directory.GetFiles(directory))
            {
                if (file.EndsWith(TemporarySuffix, StringComparison.Ordinal)) File.Delete(file);
                if (!SnapshotFile.TryParseName(file, out _)) continue;
                if (SnapshotFile.TryOpen(file, out SnapshotFile? snapshot))
                {
                    store._snapshots.Add(snapshot);
                }
                else
                {
                    bad.Add(file);
                    File.Move(file, file + CorruptSuffix, overwrite: true);
                }
            }
            store._snapshots.Sort(static (a, b) => a.Instance.CompareTo(b.Instance));
        });
        return store;
    }

    /// <summary>The newest snapshot that streams without damage; damaged ones are set aside and named. Null if there is none.</summary>
    public SnapshotFile? Restore(Func<SnapshotFile, bool> tryInstall, List<string> damaged)
    {
        while (_snapshots.Count > 0)
        {
            SnapshotFile newest = _snapshots[^1];
            if (Guard("Reading the snapshot", newest.Path, () => tryInstall(newest))) return newest;
            damaged.Add(newest.Path);
            SetAside(newest);
        }
        return null;
    }

    /// <summary>Writes a snapshot. Long; meant for a thread of its own, one at a time.</summary>
    public SnapshotFile Write(Instance instance, ISnapshotReader reader, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_directory, SnapshotFile.FileName(instance));
        return Guard("Writing the snapshot", path, () =>
        {
            string temporary = path + TemporarySuffix;
            using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                MerkleTree tree = WriteChunks(file, reader, cancellationToken);
                RandomAccess.Write(file, SnapshotTrailer.Encode(instance, tree), tree.SnapshotBytes);
                if (_flushes) FileSync.Data(file);
            }
            File.Move(temporary, path, overwrite: true);
            if (_flushes) FileSync.Directory(_directory);
            return Add(path);
        });
    }

    /// <summary>From now on the chunks of this snapshot are stored. What is there of it is taken up again; what is there of others stays for now.</summary>
    /// <returns>Whether <see cref="FindFetchedChunks"/> may find something.</returns>
    public bool BeginFetch(CheckpointCertificate certificate, long snapshotBytes)
    {
        lock (_lock)
        {
            return Guard("Taking up a snapshot in", _directory, () =>
            {
                _fetched?.Dispose();
                _fetched = new FetchedSnapshot(_directory, certificate, snapshotBytes, _chunkBytes);
                return _fetched.IsBegun;
            });
        }
    }

    /// <summary>The chunks that are there of a snapshot taken up again. Long; may go on while chunks are stored.</summary>
    public IReadOnlyList<int> FindFetchedChunks(Instance instance, CancellationToken cancellationToken)
    {
        FetchedSnapshot? fetched;
        lock (_lock) fetched = _fetched;
        if (fetched is null || fetched.Instance != instance) return [];
        try
        {
            return Guard("Reading the snapshot", fetched.Path, () => fetched.FindChunks(cancellationToken));
        }
        catch (ObjectDisposedException)
        {
            return []; // another one is being fetched meanwhile
        }
    }

    /// <summary>
    /// Stores a verified chunk of the snapshot being fetched; nothing if it is another one's. The first one makes room: of the others begun only the newest stays, so that
    /// two of them take disk at most, and whoever offers an older checkpoint takes nothing away.
    /// </summary>
    public void StoreChunk(Instance instance, int index, ReadOnlyMemory<byte> chunk)
    {
        lock (_lock)
        {
            if (_fetched is not { } fetched || fetched.Instance != instance) return;
            Guard("Storing a chunk of the snapshot", fetched.Path, () =>
            {
                if (!fetched.IsBegun) Delete(FetchedSnapshot.FindAll(_directory).SkipLast(1));
                fetched.Store(index, chunk.Span);
            });
        }
    }

    /// <summary>All chunks are stored: makes the fetched snapshot one like any other. Null if the disk did not keep them.</summary>
    public SnapshotFile? CompleteFetch(Instance instance)
    {
        FetchedSnapshot fetched;
        lock (_lock)
        {
            if (_fetched is null || _fetched.Instance != instance) return null;
            fetched = _fetched;
            _fetched = null;
        }
        return Guard("Completing the snapshot", fetched.Path, () =>
        {
            using (fetched)
            {
                if (fetched.TryComplete(_directory, _flushes, out string path)) return Add(path);
                File.Delete(fetched.Path);
                return null;
            }
        });
    }

    /// <summary>One chunk with its path, for a peer. Null if there is no such snapshot or chunk, or it is damaged.</summary>
    public Chunk? ReadChunk(Instance instance, int index)
    {
        lock (_lock)
        {
            SnapshotFile? snapshot = _snapshots.Find(s => s.Instance == instance);
            return snapshot is not null && Guard("Reading the snapshot", snapshot.Path, () => snapshot.TryReadChunk(index, out byte[]? bytes) ? bytes : null) is { } chunk
                ? new Chunk(instance, index, chunk, snapshot.Tree.Path(index))
                : null;
        }
    }

    /// <summary>Deletes the snapshots that the stable checkpoint makes unnecessary, but never the newest complete one; and what was begun of that one or older ones.</summary>
    public void DeleteBelow(Instance stable) => Guard("Deleting old snapshots in", _directory, () =>
    {
        List<string> old = [];
        lock (_lock)
        {
            int stableCount = _snapshots.FindLastIndex(s => s.Instance <= stable) + 1;
            foreach (SnapshotFile snapshot in _snapshots[..Math.Max(0, stableCount - StableKept)])
            {
                old.Add(snapshot.Path);
                _snapshots.Remove(snapshot);
                snapshot.Dispose();
            }
            if (_fetched?.Instance <= Newest)
            {
                _fetched.Dispose();
                _fetched = null;
            }
            old.AddRange(FetchedSnapshot.FindUpTo(_directory, Newest));
        }
        Delete(old); // may take long
    });

    /// <summary>Renames a snapshot that turned out to be damaged, so that it can be looked into.</summary>
    public void SetAside(SnapshotFile snapshot)
    {
        lock (_lock)
        {
            _snapshots.Remove(snapshot);
            snapshot.Dispose();
            Guard("Setting aside the snapshot", snapshot.Path, () => File.Move(snapshot.Path, snapshot.Path + CorruptSuffix, overwrite: true));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (SnapshotFile snapshot in _snapshots) snapshot.Dispose();
            _snapshots.Clear();
            _fetched?.Dispose();
            _fetched = null;
        }
    }

    private MerkleTree WriteChunks(SafeFileHandle file, ISnapshotReader reader, CancellationToken cancellationToken)
    {
        MerkleTreeBuilder builder = new(_chunkBytes);
        byte[] buffer = new byte[_chunkBytes];
        long offset = 0, flushed = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Fill(reader, buffer);
            if (length == 0) return builder.Complete();
            builder.Append(buffer.AsSpan(0, length));
            RandomAccess.Write(file, buffer.AsSpan(0, length), offset);
            offset += length;
            if (!_flushes || offset - flushed < FlushBytes) continue;
            FileSync.Data(file);
            flushed = offset;
        }
    }

    private static int Fill(ISnapshotReader reader, Span<byte> buffer)
    {
        int length = 0;
        while (length < buffer.Length)
        {
            int read = reader.Read(buffer[length..]);
            if (read == 0) break;
            length += read;
        }
        return length;
    }

    private SnapshotFile Add(string path)
    {
        if (!SnapshotFile.TryOpen(path, out SnapshotFile? snapshot))
            throw new IOException("what was just written cannot be read back.");
        lock (_lock)
        {
            int same = _snapshots.FindIndex(s => s.Instance == snapshot.Instance);
            if (same >= 0)
            {
                _snapshots[same].Dispose();
                _snapshots.RemoveAt(same);
            }
            int after = _snapshots.FindIndex(s => s.Instance > snapshot.Instance);
            _snapshots.Insert(after < 0 ? _snapshots.Count : after, snapshot);
        }
        return snapshot;
    }

    private static void Delete(IEnumerable<string> files)
    {
        foreach (string file in files) File.Delete(file);
    }

    private static void Guard(string doing, string path, Action action) => Guard(doing, path, () =>
    {
        action();
        return true;
    });

    private static T Guard<T>(string doing, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed(doing, path, e);
        }
    }
}
