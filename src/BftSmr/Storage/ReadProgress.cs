namespace BftSmr.Storage;

/// <summary>
/// How many bytes were read of those that have to be, while a state is loaded. For people: nothing depends on it. One
/// thread counts, any may look.
/// </summary>
/// <param name="told">Told of each change: the bytes read, and those to read.</param>
internal sealed class ReadProgress(Action<long, long>? told = null)
{
    private long _read, _toRead;

    /// <summary>Bytes read.</summary>
    public long BytesRead => Interlocked.Read(ref _read);

    /// <summary>
    /// Bytes to read, with those that were. More than are read in the end where a file turns out to be damaged.
    /// </summary>
    public long BytesToRead => Interlocked.Read(ref _toRead);

    /// <summary>So many more bytes have to be read.</summary>
    public void Expect(long bytes) => Change(ref _toRead, bytes);

    /// <summary>So many more bytes were read.</summary>
    public void Note(long bytes) => Change(ref _read, bytes);

    private void Change(ref long count, long bytes)
    {
        Interlocked.Add(ref count, bytes);
        told?.Invoke(BytesRead, BytesToRead);
    }
}
