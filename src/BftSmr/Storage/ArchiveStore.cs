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
/// part, or damages it, costs other replicas a source, and nothing else. One thread at a time.
/// </summary>
internal sealed class ArchiveStore
{
    private const string Suffix = ".part";
    private const int HeaderBytes = 2 * sizeof(int);
    private const int EntryBytes = Digest.Size + sizeof(int);

    private readonly string _directory;
    private readonly CodecLimits _limits;
    private readonly SortedDictionary<long, long> _parts = []; // first to last instance

    private ArchiveStore(string directory, CodecLimits limits) => (_directory, _limits) = (directory, limits);

    /// <summary>Opens the archive of a data directory, and empties it.</summary>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static ArchiveStore Open(string directory, CodecLimits limits)
    {
        try
        {
            Directory.CreateDirectory(directory);
            foreach (string file in Directory.EnumerateFiles(directory, "*" + Suffix)) File.Delete(file);
            return new ArchiveStore(directory, limits);
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
        _parts[part.First.Value] = part.First.Value + count - 1;
    }

    /// <summary>Deletes the parts up to an instance.</summary>
    public void Forget(Instance upTo)
    {
        foreach (long first in _parts.TakeWhile(p => p.Value <= upTo.Value).Select(static p => p.Key).ToList())
        {
            _parts.Remove(first);
            File.Delete(PathOf(first));
        }
    }

    /// <summary>The answer to a peer, as far as one part has it; null if none has the first instance asked for, or that
    /// is damaged.</summary>
    public Decided? Read(FetchDecided asked)
    {
        (long first, long last) = _parts.LastOrDefault(p => p.Key <= asked.From.Value);
        if (first == 0 || asked.From.Value > last) return null;
        using SafeFileHandle file = File.OpenHandle(PathOf(first));
        if (ReadIndex(file, (int)(last - first + 1)) is not { } index) return null;
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
                if (body is null && asked.WithBodies) break;
                stretch.Add(value, body);
            }
            offset += length;
        }
        return stretch.IsEmpty ? null : stretch.Complete();
    }

    private string PathOf(long first) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"decided-{first:D16}{Suffix}"));

    private static byte[]? ReadIndex(SafeFileHandle file, int count)
    {
        byte[] header = new byte[HeaderBytes], index = new byte[count * EntryBytes];
        return RunTrailer.TryReadExactly(file, header, 0)
            && BinaryPrimitives.ReadInt32BigEndian(header) == count
            && RunTrailer.TryReadExactly(file, index, HeaderBytes)
            && Crc32C.Append(0, index) == BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(sizeof(int)))
            ? index
            : null;
    }

    private Batch? ReadBatch(SafeFileHandle file, long offset, int length, Digest value)
    {
        byte[] bytes = new byte[length];
        return RunTrailer.TryReadExactly(file, bytes, offset)
            && BatchCodec.TryDecode(bytes, _limits, out Batch? batch)
            && batch.Digest == value
            ? batch
            : null;
    }
}
