using System.Buffers.Binary;

namespace BftSmr.Tests.Codec;

/// <summary>One header or scalar of canonical MessagePack, found by a walk that knows nothing of messages.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="HeaderBytes">Its code and the number behind it, without a binary's payload.</param>
/// <param name="Kind">u: unsigned integer, a: array, b: binary, s: a single byte (nil or a boolean).</param>
/// <param name="Value">The integer, count or length.</param>
internal readonly record struct MessagePackToken(int Start, int HeaderBytes, char Kind, ulong Value)
{
    public static List<MessagePackToken> Walk(ReadOnlySpan<byte> bytes)
    {
        List<MessagePackToken> tokens = [];
        for (int at = 0; at < bytes.Length;)
        {
            MessagePackToken token = At(bytes, at);
            tokens.Add(token);
            at += token.HeaderBytes + (token.Kind == 'b' ? (int)token.Value : 0);
        }
        return tokens;
    }

    /// <summary>The longer forms of the same value.</summary>
    public IEnumerable<byte[]> LongerForms()
    {
        (byte Code, int Bytes)[] forms = Kind switch
        {
            'u' => [(0xcc, 1), (0xcd, 2), (0xce, 4), (0xcf, 8), (0xd0, 1), (0xd1, 2), (0xd2, 4), (0xd3, 8)],
            'a' => [(0xdc, 2), (0xdd, 4)],
            'b' => [(0xc5, 2), (0xc6, 4), (0xd9, 1), (0xda, 2), (0xdb, 4)],
            _ => [],
        };
        foreach ((byte code, int count) in forms)
        {
            bool isSigned = code is >= 0xd0 and <= 0xd3;
            if (count < 8 && Value >> (8 * count - (isSigned ? 1 : 0)) != 0) continue;
            byte[] form = new byte[9];
            form[0] = code;
            BinaryPrimitives.WriteUInt64BigEndian(form.AsSpan(1), Value << (64 - 8 * count));
            if (1 + count > HeaderBytes || isSigned || Kind == 'b') yield return form[..(1 + count)];
        }
    }

    private static MessagePackToken At(ReadOnlySpan<byte> bytes, int at)
    {
        byte code = bytes[at];
        return code switch
        {
            <= 0x7f => new(at, 1, 'u', code),
            >= 0x90 and <= 0x9f => new(at, 1, 'a', code & 0xfu),
            0xc0 or 0xc2 or 0xc3 => new(at, 1, 's', code),
            0xc4 => new(at, 2, 'b', Number(bytes, at, 1)),
            0xc5 => new(at, 3, 'b', Number(bytes, at, 2)),
            0xc6 => new(at, 5, 'b', Number(bytes, at, 4)),
            0xcc => new(at, 2, 'u', Number(bytes, at, 1)),
            0xcd => new(at, 3, 'u', Number(bytes, at, 2)),
            0xce => new(at, 5, 'u', Number(bytes, at, 4)),
            0xcf => new(at, 9, 'u', Number(bytes, at, 8)),
            0xdc => new(at, 3, 'a', Number(bytes, at, 2)),
            0xdd => new(at, 5, 'a', Number(bytes, at, 4)),
            _ => throw new InvalidOperationException($"No message contains the code {code:x2}."),
        };
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int at, int count)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++) value = value << 8 | bytes[at + 1 + i];
        return value;
    }
}
