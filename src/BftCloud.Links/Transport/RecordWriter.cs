using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace BftCloud.Links;

/// <summary>
/// Makes records of what may leave a queue: one pump at a time takes (<see cref="Take"/>), and then seals what it took.
/// All records of one send but the last have the largest size. What was not copied into a record is sealed from its
/// frame.
/// </summary>
internal sealed class RecordWriter(NoiseCipher cipher)
{
    /// <summary>Records that go to the socket in one send.</summary>
    private const int RecordsPerSendMax = 4;

    private readonly int _tagBytes = cipher.TagBytes;
    private RecordSources _sources;

    private int OverheadBytes => SecureLink.LengthBytes + _tagBytes;

    private int PlaintextBytesMax => SecureLink.RecordBytesMax - OverheadBytes;

    /// <summary>
    /// Lays the next records out in the buffer; an empty one, a heartbeat, if nothing may leave. Returns their bytes.
    /// </summary>
    /// <param name="queue">Where from.</param>
    /// <param name="buffer">Where to; another, borrowed one, if it has no room.</param>
    /// <param name="queuedBytes">Bytes that left the queue.</param>
    public int Take(OutboundQueue queue, ref byte[] buffer, out int queuedBytes)
    {
        queuedBytes = (int)Math.Min(queue.Flushed, RecordsPerSendMax * PlaintextBytesMax);
        int records = Math.Max(1, (queuedBytes + PlaintextBytesMax - 1) / PlaintextBytesMax);
        Reserve(ref buffer, queuedBytes + records * OverheadBytes);
        int length = 0;
        for (int i = 0, left = queuedBytes; i < records; i++)
        {
            int bytes = Math.Min(left, PlaintextBytesMax);
            BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length), (ushort)(bytes + _tagBytes));
            _sources[i] = queue.Take(buffer.AsSpan(length + SecureLink.LengthBytes, bytes));
            length += bytes + OverheadBytes;
            left -= bytes;
        }
        return length;
    }

    /// <summary>Seals the records that were laid out.</summary>
    public void Seal(Span<byte> records)
    {
        for (int i = 0; !records.IsEmpty; i++)
        {
            int bytes = Math.Min(records.Length, SecureLink.RecordBytesMax);
            Span<byte> record = records[SecureLink.LengthBytes..bytes];
            cipher.Seal(_sources[i].Buffer is null ? record[..^_tagBytes] : _sources[i].Bytes, record);
            _sources[i].Release();
            records = records[bytes..];
        }
        _sources = default;
    }

    private static void Reserve(ref byte[] buffer, int bytes)
    {
        if (buffer.Length >= bytes) return;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(bytes);
    }

    /// <summary>Where the plaintexts of the records of one send lie, unless they were copied.</summary>
    [InlineArray(RecordsPerSendMax)]
    private struct RecordSources
    {
        private FrameSlice _first;
    }
}
