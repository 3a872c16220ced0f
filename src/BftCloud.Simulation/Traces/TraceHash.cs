using System.Buffers.Binary;
using System.Numerics;

namespace BftCloud.Simulation;

/// <summary>
/// A running 64-bit hash of everything that happened. Two runs with equal hashes were, for all practical purposes, the
/// same run.
/// </summary>
internal struct TraceHash()
{
    private const ulong Prime = 0x9FB21C651E98DF25;

    public ulong Value { get; private set; } = 0xCBF29CE484222325;

    public void Add(ulong word)
    {
        ulong mixed = (Value ^ word) * Prime;
        Value = BitOperations.RotateLeft(mixed, 29) ^ (mixed >> 32);
    }

    public void Add(long word) => Add((ulong)word);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        while (bytes.Length >= 8)
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        ulong rest = 0;
        foreach (byte each in bytes) rest = (rest << 8) | each;
        Add(rest);
    }

    public void Add(string text)
    {
        foreach (char letter in text) Add((ulong)letter);
    }
}
