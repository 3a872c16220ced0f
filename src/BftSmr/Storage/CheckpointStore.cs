using BftCloud.Primitives;
using BftSmr.Messages;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The snapshots of a replica: its own, written in the background, and one that is being fetched. A file has a
/// snapshot's name only when it is complete and on disk. Reading, storing and deleting may go on while a snapshot is
/// written; each is safe on any thread. The lock guards only which snapshots there are: no disk work is done under it,
/// and what is being read is closed by its last user.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string TemporarySuffix = ".tmp";
    private const string CorruptSuffix = ".corrupt";

    /// <summary>
    /// Snapshots at or below the stable checkpoint that are kept: the newest, and one more for peers that begin to
    /// fetch it.
    /// </summary>
    private const int StableKept = 2;

    /// <summary>
    /// A long snapshot goes to the disk in pieces of this size, so that it does not hold up the log's flushes all at
    /// once.
    /// </summary>
    private const long FlushBytes = 16 << 20;

    private readonly string _directory;
    private readonly DataOwner _owner;
    private readonly int _chunkBytes;
    private readonly bool _flushes;
    private readonly Lock _lock = new();
    private readonly List<SnapshotFile> _snapshots = []; // by instance, oldest first
    private FetchedSnapshot? _fetched;
    private IReadOnlyList<Instance> _pinned = [];

    private CheckpointStore(string directory, DataOwner owner, int chunkBytes, bool flushes) =>
        (_directory, _owner, _chunkBytes, _flushes) = (directory, owner, chunkBytes, flushes);

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

    /// <summary>
    /// Opens a directory of snapshots, made if it does not exist. Damaged ones are set aside and named in
    /// <paramref name="damaged"/>.
    /// </summary>
    /// <exception cref="StorageException">The directory cannot be used, or has another replica's
    /// snapshots.</exception>
    public static CheckpointStore Open(
        string directory, DataOwner owner, int chunkBytes, bool flushes, out IReadOnlyList<string> damaged)
    {
        CheckpointStore store = new(directory, owner, chunkBytes, flushes);
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
                    if (snapshot.Owner == owner.Tag) continue;
                    store.Dispose();
                    throw owner.Foreign(file);
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

    /// <summary>
    /// The newest snapshot that streams without damage; damaged ones are set aside and named. Null if there is none.
    /// </summary>
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
                RandomAccess.Write(file, SnapshotTrailer.Encode(instance, tree, _owner.Tag), tree.SnapshotBytes);
                if (_flushes) FileSync.Data(file);
            }
            File.Move(temporary, path, overwrite: true);
            if (_flushes) FileSync.Directory(_directory);
            return Add(path);
        });
    }

    /// <summary>
    /// From now on the chunks of this snapshot are stored. What is there of it is taken up again; what is there of
    /// others stays for now. One thread at a time begins fetches, stores chunks and completes fetches.
    /// </summary>
    /// <returns>Whether <see cref="FindFetchedChunks"/> may find something.</returns>
    public bool BeginFetch(CheckpointCertificate certificate, long snapshotBytes) =>
        Guard("Taking up a snapshot in", _directory, () =>
        {
            FetchedSnapshot fetched = new(_directory, certificate, snapshotBytes, _chunkBytes);
            bool isBegun = fetched.IsBegun;
            ReplaceFetched(fetched)?.Dispose();
            return isBegun;
        });

    /// <summary>
    /// The chunks that are there of a snapshot taken up again. Long; may go on while chunks are stored.
    /// </summary>
    public IReadOnlyList<int> FindFetchedChunks(Instance instance, CancellationToken cancellationToken)
    {
        using FetchedSnapshot? fetched = BorrowFetched(instance);
        if (fetched is null) return [];
        return Guard("Reading the snapshot", fetched.Path, () => fetched.FindChunks(cancellationToken));
    }

    /// <summary>
    /// Stores a verified chunk of the snapshot being fetched; nothing if it is another one's. The first one makes room:
    /// of the others begun only the newest stays. So two of them take disk at most, and a peer that offers an older
    /// checkpoint takes nothing away.
    /// </summary>
    public void StoreChunk(Instance instance, int index, ReadOnlyMemory<byte> chunk)
    {
        using FetchedSnapshot? fetched = BorrowFetched(instance);
        if (fetched is null) return;
        Guard("Storing a chunk of the snapshot", fetched.Path, () =>
        {
            if (!fetched.IsBegun) Delete(FetchedSnapshot.FindAll(_directory).SkipLast(1));
            fetched.Store(index, chunk.Span);
        });
    }

    /// <summary>
    /// All chunks are stored: makes the fetched snapshot one like any other. Null if the disk did not keep them.
    /// </summary>
    public SnapshotFile? CompleteFetch(Instance instance)
    {
        FetchedSnapshot? fetched;
        lock (_lock) fetched = _fetched?.Instance == instance ? ReplaceFetched(null) : null;
        if (fetched is null) return null;
        return Guard("Completing the snapshot", fetched.Path, () =>
        {
            using (fetched)
            {
                if (fetched.TryComplete(_directory, _owner, _flushes, out string path)) return Add(path);
                File.Delete(fetched.Path);
                return null;
            }
        });
    }

    /// <summary>
    /// One chunk with its path, for a peer. Null if there is no such snapshot or chunk, or it is damaged.
    /// </summary>
    public Chunk? ReadChunk(Instance instance, int index)
    {
        using SnapshotFile? snapshot = Borrow(instance);
        if (snapshot is null) return null;
        byte[]? bytes = null;
        bool isRead = Guard("Reading the snapshot", snapshot.Path, () => snapshot.TryReadChunk(index, out bytes));
        return isRead ? new Chunk(instance, index, bytes, snapshot.Tree.Path(index)) : null;
    }

    /// <summary>
    /// A complete snapshot, with one more user: it can be read until the caller disposes of it, even once it is
    /// deleted. Null if there is none.
    /// </summary>
    public SnapshotFile? Borrow(Instance instance)
    {
        lock (_lock)
        {
            SnapshotFile? snapshot = _snapshots.Find(s => s.Instance == instance);
            snapshot?.Retain();
            return snapshot;
        }
    }

    /// <summary>Peers are fetching these snapshots, and no others: they stay, whatever becomes stable.</summary>
    public void Pin(IReadOnlyList<Instance> fetched)
    {
        lock (_lock) _pinned = fetched;
    }

    /// <summary>
    /// Deletes the snapshots that the stable checkpoint makes unnecessary, but never the newest complete one; and what
    /// was begun of that one or older ones.
    /// </summary>
    public void DeleteBelow(Instance stable) => Guard("Deleting old snapshots in", _directory, () =>
    {
        List<SnapshotFile> old;
        FetchedSnapshot? overtaken;
        Instance newest;
        lock (_lock)
        {
            int stableCount = _snapshots.FindLastIndex(s => s.Instance <= stable) + 1;
            old = [.. _snapshots.Take(stableCount - StableKept).Where(s => !_pinned.Contains(s.Instance))];
            _snapshots.RemoveAll(old.Contains);
            newest = Newest;
            overtaken = _fetched?.Instance <= newest ? ReplaceFetched(null) : null;
        }
        overtaken?.Dispose();
        foreach (SnapshotFile snapshot in old) snapshot.Dispose();
        Delete(old.Select(static snapshot => snapshot.Path)); // may take long
        Delete(FetchedSnapshot.FindUpTo(_directory, newest));
    });

    /// <summary>Renames a snapshot that turned out to be damaged, so that it can be looked into.</summary>
    public void SetAside(SnapshotFile snapshot)
    {
        bool isOurs;
        lock (_lock) isOurs = _snapshots.Remove(snapshot);
        Invariant.Holds(isOurs, "a snapshot is set aside by the store that has it");
        snapshot.Dispose();
        Guard(
            "Setting aside the snapshot", snapshot.Path,
            () => File.Move(snapshot.Path, snapshot.Path + CorruptSuffix, overwrite: true));
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

    /// <summary>The snapshot being fetched, with one more user, if it is this one.</summary>
    private FetchedSnapshot? BorrowFetched(Instance instance)
    {
        lock (_lock)
        {
            if (_fetched is not { } fetched || fetched.Instance != instance) return null;
            fetched.Retain();
            return fetched;
        }
    }

    /// <summary>The one that was being fetched is the caller's now.</summary>
    private FetchedSnapshot? ReplaceFetched(FetchedSnapshot? fetched)
    {
        lock (_lock)
        {
            FetchedSnapshot? before = _fetched;
            _fetched = fetched;
            return before;
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
            throw new IOException("the bytes just written cannot be read back.");
        SnapshotFile? same;
        lock (_lock)
        {
            same = _snapshots.Find(s => s.Instance == snapshot.Instance);
            if (same is not null) _snapshots.Remove(same);
            int after = _snapshots.FindIndex(s => s.Instance > snapshot.Instance);
            _snapshots.Insert(after < 0 ? _snapshots.Count : after, snapshot);
        }
        same?.Dispose();
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
