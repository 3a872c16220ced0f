using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using BftCloud.Links;

namespace BftSmr.Bench;

/// <summary>
/// A link's work on one record without its sockets: the sender seals a frame, the receiver opens the record and takes
/// the frame out of it.
/// </summary>
public class LinkBenchmarks
{
    /// <summary>What links use where both ends have instructions for AES.</summary>
    private const CipherSuites Suite = CipherSuites.Aegis128L;

    private const int SmallFrameBytes = 64;
    private const int FrameBytes = 1024;
    private const int FramesPerRecord = 32;

    private readonly byte[] _frame = new byte[FrameBytes];
    private readonly byte[] _record = new byte[SecureLink.RecordBytesMax];
    private NoiseCipher _seals = null!;
    private RecordReader _reader = null!;
    private FrameAssembler _frames = null!;

    [GlobalSetup]
    public void SetUp()
    {
        byte[] key = new byte[NoiseCipher.KeyBytes];
        key[0] = 1;
        _seals = new NoiseCipher(key, Suite);
        _reader = new RecordReader(new NoiseCipher(key, Suite));
        _frames = new FrameAssembler(FrameBytes, new RemoteBudget(FrameBytes));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _seals.Dispose();
        _reader.Dispose();
    }

    [Benchmark]
    public void SmallFrame() => Carry(_frame.AsSpan(0, SmallFrameBytes), count: 1);

    [Benchmark]
    public void Frame() => Carry(_frame, count: 1);

    [Benchmark(OperationsPerInvoke = FramesPerRecord)]
    public void SmallFramesOfOneRecord() => Carry(_frame.AsSpan(0, SmallFrameBytes), FramesPerRecord);

    private void Carry(ReadOnlySpan<byte> frame, int count)
    {
        ReadOnlySpan<byte> record = Seal(frame, count);
        int opened = 0;
        while (!record.IsEmpty)
        {
            Memory<byte> room = _reader.Room();
            int taken = Math.Min(room.Length, record.Length);
            record[..taken].CopyTo(room.Span);
            record = record[taken..];
            _reader.Advance(taken);
            while (_reader.TryRead(out ReadOnlyMemory<byte> plaintext))
            {
                while (_frames.TryRead(ref plaintext, out _)) opened++;
            }
        }
        if (opened != count) throw new InvalidOperationException($"Of {count} frames {opened} arrived.");
    }

    private ReadOnlySpan<byte> Seal(ReadOnlySpan<byte> frame, int count)
    {
        Span<byte> rest = _record.AsSpan(SecureLink.LengthBytes);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, frame.Length);
            frame.CopyTo(rest[FrameAssembler.LengthBytes..]);
            rest = rest[(FrameAssembler.LengthBytes + frame.Length)..];
        }
        int sealedBytes = count * (FrameAssembler.LengthBytes + frame.Length) + _seals.TagBytes;
        BinaryPrimitives.WriteUInt16BigEndian(_record, (ushort)sealedBytes);
        _seals.Seal(_record.AsSpan(SecureLink.LengthBytes, sealedBytes));
        return _record.AsSpan(0, SecureLink.LengthBytes + sealedBytes);
    }
}
