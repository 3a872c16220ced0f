using Microsoft.Win32.SafeHandles;

namespace BlockStore;

/// <summary>
/// Blocks in one file, and views of them as they were at some moment. A block that is written keeps its old bytes in
/// memory for the views that are open: they hold what was overwritten since, and no more. Any thread.
/// </summary>
internal sealed class BlockFile : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 16 << 10;

    private string _path;
    private readonly SafeFileHandle _file;
    private readonly Lock _lock = new();
    private readonly List<View> _views = [];

    /// <summary>Begins an empty file, in place of one that is there.</summary>
    public BlockFile(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    /// <summary>Blocks up to the last one that was ever written.</summary>
    public int Count => (int)(RandomAccess.GetLength(_file) / BlockBytes);

    /// <summary>Reads a block; one that was never written is all zeros.</summary>
    public void Read(int block, Span<byte> bytes)
    {
        int read = RandomAccess.Read(_file, bytes, (long)block * BlockBytes);
        bytes[read..].Clear();
    }

    /// <summary>Writes a block, of which bytes that are not given are zeros.</summary>
    public void Write(int block, ReadOnlySpan<byte> bytes)
    {
        byte[] whole = new byte[BlockBytes];
        bytes.CopyTo(whole);
        lock (_lock)
        {
            byte[]? old = null;
            foreach (View view in _views)
            {
                if (view.Overwritten.ContainsKey(block)) continue;
                if (old is null) Read(block, old = new byte[BlockBytes]);
                view.Overwritten.Add(block, old);
            }
            RandomAccess.Write(_file, whole, (long)block * BlockBytes);
        }
    }

    /// <summary>The blocks as they are now, until it is disposed of.</summary>
    public View Open()
    {
        View view = new(this);
        lock (_lock) _views.Add(view);
        return view;
    }

    /// <summary>Takes the place of another file, which is closed.</summary>
    public void Replace(BlockFile other)
    {
        other.Dispose();
        File.Move(_path, other._path, overwrite: true);
        _path = other._path;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The blocks as they were at one moment.</summary>
    internal sealed class View(BlockFile file) : IDisposable
    {
        /// <summary>What the blocks were that have been written since.</summary>
        public Dictionary<int, byte[]> Overwritten { get; } = [];

        public void Read(int block, Span<byte> bytes)
        {
            lock (file._lock)
            {
                if (Overwritten.TryGetValue(block, out byte[]? old)) old.CopyTo(bytes);
                else file.Read(block, bytes);
            }
        }

        public void Dispose()
        {
            lock (file._lock) file._views.Remove(this);
        }
    }
}
