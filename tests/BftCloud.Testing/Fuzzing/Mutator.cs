using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BftCloud.Testing.Fuzzing;

/// <summary>
/// Changes input that is valid, or once was, in the ways that break decoders: bits, lengths, counts, ends, order,
/// repetition, and pieces of another input.
/// </summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    /// <summary>Inputs grow to this, and no further.</summary>
    private const int BytesMax = 64 << 10;

    private const int PieceBytesMax = 40;

    /// <summary>Bytes that mean something to MessagePack, to text, or to a bound.</summary>
    private static readonly byte[] TellingBytes =
    [
        0, 1, 0x7f, 0x80, 0x90, 0x91, 0x9f, 0xa0, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xca, 0xcc, 0xcd,
        0xce, 0xcf, 0xd0, 0xd3, 0xd9, 0xdc, 0xdd, 0xde, 0xe0, 0xff, .. "09-.,\"'\\/:<&{[\n "u8,
    ];

    private static readonly long[] TellingNumbers =
    [
        0, 1, -1, 2, 15, 16, 31, 32, 64, 127, 128, 255, 256, 1024, 4096, short.MaxValue, 32768, ushort.MaxValue, 65536,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] TellingTexts =
    [
        "0", "-0", "-1", "1", "4096", "65536", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "99999999999999999999999999999999999999999", "1e999", "-1e999", "0.1", "NaN",
        "-Infinity", "00", "+1", "0x1", "null",
    ];

    /// <summary>A changed copy of the input. May be the same, if changes undo each other.</summary>
    /// <param name="input">What to change.</param>
    /// <param name="other">An input from which pieces are taken.</param>
    public byte[] Change(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        // Few changes come far into a decoder; many find what only follows from two mistakes at once.
        for (int changes = random.Next(3) == 0 ? random.Next(2, 9) : 1; changes > 0; changes--)
            ChangeOnce(bytes, other);
        return bytes.Count <= BytesMax ? [.. bytes] : [.. bytes[..BytesMax]];
    }

    /// <summary>Bytes that no encoder wrote, which look a little as if one had.</summary>
    public byte[] Make()
    {
        byte[] bytes = new byte[random.Next(random.Next(8) == 0 ? 2000 : 100)];
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (random.Next(3) > 0)
                bytes[i] = random.Next(2) == 0
                    ? TellingBytes[random.Next(TellingBytes.Length)]
                    : (byte)random.Next(0x80);
        }
        if (bytes.Length > 0 && random.Next(2) == 0) bytes[0] = (byte)(0x90 | random.Next(1, 8));
        if (words.Count == 0) return bytes;
        List<byte> made = [.. bytes];
        for (int i = random.Next(8); i > 0; i--) made.InsertRange(random.Next(made.Count + 1), Word());
        return [.. made];
    }

    private void ChangeOnce(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(other);
            return;
        }
        // What comes first is mostly what says how the rest is to be read.
        int at = random.Next(Math.Min(bytes.Count, random.Next(2) == 0 ? 16 : int.MaxValue));
        int length = random.Next(Math.Min(bytes.Count - at, PieceBytesMax) + 1);
        switch (random.Next(16))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = TellingBytes[random.Next(TellingBytes.Length)];
                break;
            case 2:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
            case 3:
                bytes.Insert(at, TellingBytes[random.Next(TellingBytes.Length)]);
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(random.Next(other.Length + 1)));
                break;
            case 8:
                int from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(PieceBytesMax))]);
                break;
            case 9:
                Overwrite(bytes, at, Number());
                break;
            case 10:
                bytes.InsertRange(at, Number());
                break;
            case 11:
                ReplaceDigits(bytes, at);
                break;
            case 12:
                bytes.InsertRange(at, Word());
                break;
            case 13:
                List<byte> piece = bytes.GetRange(at, length);
                int times = random.Next(random.Next(8) == 0 ? 1000 : 8);
                for (; times > 0 && bytes.Count < BytesMax; times--) bytes.InsertRange(at, piece);
                break;
            case 14:
                int to = random.Next(bytes.Count - length + 1);
                List<byte> moved = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(to, moved);
                break;
            default:
                for (int i = at; i < at + length; i++) bytes[i] = (byte)random.Next(256);
                break;
        }
    }

    private byte[] Word() =>
        words.Count > 0 ? words[random.Next(words.Count)] : [TellingBytes[random.Next(TellingBytes.Length)]];

    /// <summary>A number at the edge of something, in 1, 2, 4 or 8 bytes of either order.</summary>
    private byte[] Number()
    {
        long number = TellingNumbers[random.Next(TellingNumbers.Length)] + random.Next(-1, 2);
        byte[] bytes = new byte[8];
        int width = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            return bytes[^width..];
        }
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes[..width];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }

    /// <summary>Puts another number in the place of the next one that is written out.</summary>
    private void ReplaceDigits(List<byte> bytes, int at)
    {
        int start = bytes.FindIndex(at, static b => char.IsAsciiDigit((char)b));
        if (start < 0) return;
        int end = bytes.FindIndex(start, static b => !char.IsAsciiDigit((char)b));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        string text = random.Next(4) == 0
            ? random.Next().ToString(CultureInfo.InvariantCulture)
            : TellingTexts[random.Next(TellingTexts.Length)];
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(text));
    }
}
