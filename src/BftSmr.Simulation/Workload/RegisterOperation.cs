using System.Buffers.Binary;

namespace BftSmr.Simulation.Workload;

internal enum RegisterKind : byte
{
    Get = 0,
    Put = 1,
    Add = 2,
    CompareAndSet = 3,

    /// <summary>As <see cref="Get"/>, with padding in KiB.</summary>
    Scan = 4,
}

/// <summary>
/// An operation on one of the registers. Its reply is the value before a PUT, after an ADD, and what a CAS or GET
/// found; then padding.
/// </summary>
/// <param name="Kind">What to do.</param>
/// <param name="Register">With which one.</param>
/// <param name="Value">What to put, add or set.</param>
/// <param name="Expected">What CAS compares with.</param>
/// <param name="PaddingBytes">Zeros after the value, so that some replies are too long for all to send them
/// whole.</param>
internal readonly record struct RegisterOperation(
    RegisterKind Kind, byte Register, long Value, long Expected, byte PaddingBytes)
{
    public const int SizeBytes = 19;

    public byte[] Encode()
    {
        byte[] bytes = new byte[SizeBytes];
        bytes[0] = (byte)Kind;
        bytes[1] = Register;
        bytes[2] = PaddingBytes;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(3), Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(11), Expected);
        return bytes;
    }

    /// <exception cref="ArgumentException">No operation has these bytes.</exception>
    public static RegisterOperation Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes || bytes[0] > (byte)RegisterKind.Scan
            || bytes[1] >= RegisterService.Registers)
            throw new ArgumentException("Not a register operation.", nameof(bytes));
        return new RegisterOperation(
            (RegisterKind)bytes[0], bytes[1], BinaryPrimitives.ReadInt64LittleEndian(bytes[3..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[11..]), bytes[2]);
    }

    /// <summary>How long the padding of a reply is.</summary>
    public int ReplyPadding => Kind == RegisterKind.Scan ? PaddingBytes << 10 : PaddingBytes;

    /// <summary>What the register holds afterwards, and what the operation answers.</summary>
    public (long After, long Answer) ApplyTo(long before) => Kind switch
    {
        RegisterKind.Put => (Value, before),
        RegisterKind.Add => (unchecked(before + Value), unchecked(before + Value)),
        RegisterKind.CompareAndSet => (before == Expected ? Value : before, before),
        _ => (before, before),
    };
}
