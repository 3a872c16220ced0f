using System.Buffers.Binary;

namespace BftCloud.Links;

/// <summary>
/// Cuts the stream of opened records into frames: four bytes of length, little-endian, and the payload. A frame may
/// begin and end anywhere in a record. Each comes out in an array of exactly its size. Not thread-safe.
/// </summary>
internal sealed class FrameAssembler(int frameBytesMax, RemoteBudget budget)
{
    public const int LengthBytes = sizeof(int);

    private readonly byte[] _length = new byte[LengthBytes];
    private int _lengthFilled;
    private byte[]? _partial;
    private int _partialFilled;

    /// <summary>Why the stream cannot go on; null while it can.</summary>
    public LinkFault? Fault { get; private set; }

    /// <summary>
    /// Takes the next frame's bytes off the front of the plaintext; false when it is used up, or the stream is at
    /// fault.
    /// </summary>
    public bool TryRead(ref ReadOnlyMemory<byte> plaintext, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (_partial is not null) return TryComplete(ref plaintext, out frame);
        if (!TryReadLength(ref plaintext, out int length)) return false;
        if ((uint)length > (uint)frameBytesMax)
        {
            Fault = LinkFault.OversizedFrame;
            return false;
        }
        if (plaintext.Length >= length)
        {
            frame = plaintext[..length].ToArray();
            plaintext = plaintext[length..];
            return true;
        }
        if (!budget.TryReserve(length) && !(budget.TryMakeRoom(length) && budget.TryReserve(length)))
        {
            Fault = LinkFault.OverBudget;
            return false;
        }
        _partial = GC.AllocateUninitializedArray<byte>(length);
        _partialFilled = 0;
        return TryComplete(ref plaintext, out frame);
    }

    /// <summary>The link ended: what was reserved is free again.</summary>
    public void Abandon()
    {
        if (_partial is not null) budget.Release(_partial.Length);
        _partial = null;
    }

    private bool TryReadLength(ref ReadOnlyMemory<byte> plaintext, out int length)
    {
        length = 0;
        if (_lengthFilled == 0 && plaintext.Length >= LengthBytes)
        {
            length = BinaryPrimitives.ReadInt32LittleEndian(plaintext.Span);
            plaintext = plaintext[LengthBytes..];
            return true;
        }
        int count = Math.Min(LengthBytes - _lengthFilled, plaintext.Length);
        plaintext.Span[..count].CopyTo(_length.AsSpan(_lengthFilled));
        plaintext = plaintext[count..];
        _lengthFilled += count;
        if (_lengthFilled < LengthBytes) return false;
        _lengthFilled = 0;
        length = BinaryPrimitives.ReadInt32LittleEndian(_length);
        return true;
    }

    private bool TryComplete(ref ReadOnlyMemory<byte> plaintext, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        int count = Math.Min(_partial!.Length - _partialFilled, plaintext.Length);
        plaintext.Span[..count].CopyTo(_partial.AsSpan(_partialFilled));
        plaintext = plaintext[count..];
        _partialFilled += count;
        if (_partialFilled < _partial.Length) return false;
        frame = _partial;
        budget.Release(_partial.Length);
        _partial = null;
        return true;
    }
}
