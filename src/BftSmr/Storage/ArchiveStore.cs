using System.Buffers.Binary;
using System.Globalization;
using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The executed batches that replicas which are behind may need, in files of their own: one for each part that the core
/// archives. A file is [count, checksum of the index, index of values and lengths, batches]; a batch is checked against
/// its value when it is read. Nothing is flushed, and a start begins with an empty directory. A disk that cannot take a
/// part, or damages it, costs other replicas a source, and nothing else. One thread at a time writes, reads and forgets
/// parts; another one looks for damage.
/// </summary>
internal sealed class ArchiveStore
{
    private const string Suffix = ".part";
    private const int HeaderBytes = 2 * sizeof(int);
    private const int EntryBytes = Digest.Size + sizeof(int);

    private readonly string _directory;
    private readonly CodecLimits _limits;
    private readonly DiskDamage _damage;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, long> _parts = []; // first to last instance

    private ArchiveStore(string directory, CodecLimits limits, DiskDamage damage) =>
        (_directory, _limits, _damage) = (directory, limits, damage);

    /// <summary>Told of each part that is found damaged by <see cref="Scrub"/>, on its thread.</summary>
    public Action Damaged { get; set; } = static () => { };

    /// <summary>Opens the archive of a data directory, and empties it.</summary>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static ArchiveStore Open(string directory, CodecLimits limits, DiskDamage damage)
    {
        try
        {
            Directory.CreateDirectory(directory);
            foreach (string file in Directory.EnumerateFiles(directory, "*" + Suffix)) File.Delete(file);
            return new ArchiveStore(directory, limits, damage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Emptying the archive in", directory, e);
        }
    }

    /// <summary>Writes a part.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Write(ArchiveEffect part)
    {
        int count = part.Batches.Count, index = count * EntryBytes;
        byte[] start = new byte[HeaderBytes + index];
        BinaryPrimitives.WriteInt32BigEndian(start, count);
        for (int i = 0; i < count; i++)
        {
            Span<byte> entry = start.AsSpan(HeaderBytes + i * EntryBytes, EntryBytes);
            part.Batches[i].Value.CopyTo(entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[Digest.Size..], part.Batches[i].Encoded.Length);
        }
        BinaryPrimitives.WriteUInt32BigEndian(start.AsSpan(sizeof(int)), Crc32C.Append(0, start.AsSpan(HeaderBytes)));
        string path = PathOf(part.First.Value);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, start, 0);
            RandomAccess.Write(file, [.. part.Batches.Select(static b => b.Encoded)], start.Length);
        }
        catch (IOException)
        {
            File.Delete(path);
            throw;
        }
        lock (_lock) _parts[part.First.Value] = part.First.Value + count - 1;
    }

    /// <summary>Deletes the parts up to an instance.</summary>
    public void Forget(Instance upTo)
    {
        foreach (long first in _parts.TakeWhile(p => p.Value <= upTo.Value).Select(static p => p.Key).ToList())
        {
            lock (_lock) _parts.Remove(first);
            File.Delete(PathOf(first));
            _damage.NoteMended(PathOf(first));
        }
    }

    /// <summary>The answer to a peer, as far as one part has it; null if none has the first instance asked for, or that
    /// is damaged.</summary>
    public Decided? Read(FetchDecided asked)
    {
        (long first, long last) = _parts.LastOrDefault(p => p.Key <= asked.From.Value);
        if (first == 0 || asked.From.Value > last) return null;
        using SafeFileHandle file = File.OpenHandle(PathOf(first));
        if (ReadIndex(file, (int)(last - first + 1)) is not { } index)
        {
            NoteDamaged(first, 0);
            return null;
        }
        long offset = HeaderBytes + index.Length;
        DecidedStretch stretch = new(asked);
        for (int i = 0; i < index.Length / EntryBytes; i++)
        {
            ReadOnlySpan<byte> entry = index.AsSpan(i * EntryBytes, EntryBytes);
            Digest value = new(entry[..Digest.Size]);
            int length = BinaryPrimitives.ReadInt32BigEndian(entry[Digest.Size..]);
            if (first + i == stretch.Next.Value)
            {
                if (!stretch.HasRoomFor(length)) break;
                Batch? body = asked.WithBodies ? ReadBatch(file, offset, length, value) : null;
                if (body is null && asked.WithBodies)
                {
                    NoteDamaged(first, offset);
                    break;
                }
                stretch.Add(value, body);
            }
            offset += length;
        }
        return stretch.IsEmpty ? null : stretch.Complete();
    }

    /// <summary>Reads all parts and looks for damage; gives the bytes of each.</summary>
    public IEnumerable<long> Scrub()
    {
        KeyValuePair<long, long>[] parts;
        lock (_lock) parts = [.. _parts];
        foreach ((long first, long last) in parts) yield return ScrubPart(first, (int)(last - first + 1));
    }

    private long ScrubPart(long first, int count)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                PathOf(first), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (FindDamage(file, count) is { } offset && NoteDamaged(first, offset)) Damaged();
            return RandomAccess.GetLength(file);
        }
        catch (FileNotFoundException)
        {
            return 0; // it is not needed any more
        }
    }

    private long? FindDamage(SafeFileHandle file, int count)
    {
        if (ReadIndex(file, count) is not { } index) return 0;
        long offset = HeaderBytes + index.Length;
        for (int i = 0; i < index.Length; i += EntryBytes)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(i + Digest.Size));
            if (ReadBatch(file, offset, length, new Digest(index.AsSpan(i, Digest.Size))) is null) return offset;
            offset += length;
        }
        return null;
    }

    /// <summary>False if the part is not needed any more.</summary>
    private bool NoteDamaged(long first, long offset)
    {
        lock (_lock)
        {
            if (!_parts.ContainsKey(first)) return false;
            _damage.Note(PathOf(first), offset, "The archive is emptied: replicas that are behind ask others.");
            return true;
        }
    }

    private string PathOf(long first) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"decided-{first:D16}{Suffix}"));

    private static byte[]? ReadIndex(SafeFileHandle file, int count)
    {
        byte[] header = new byte[HeaderBytes], index = new byte[count * EntryBytes];
        return FileBytes.TryReadExactly(file, header, 0)
            && BinaryPrimitives.ReadInt32BigEndian(header) == count
            && FileBytes.TryReadExactly(file, index, HeaderBytes)
            && Crc32C.Append(0, index) == BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(sizeof(int)))
            ? index
            : null;
    }

    private Batch? ReadBatch(SafeFileHandle file, long offset, int length, Digest value)
    {
        byte[] bytes = new byte[length];
        return FileBytes.TryReadExactly(file, bytes, offset)
            && BatchCodec.TryDecode(bytes, _limits, out Batch? batch)
            && batch.Digest == value
            ? batch
            : null;
    }
}
