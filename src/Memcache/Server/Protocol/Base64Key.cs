using System.Buffers.Text;

namespace Memcache.Server.Protocol;

/// <summary>
/// Keys in base64, as memcached reads and writes them: other characters between them are passed over.
/// </summary>
internal static class Base64Key
{
    /// <summary>Decodes a key. False: it is none, or does not fit.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> key, out int length)
    {
        length = 0;
        int count = 0;
        foreach (byte character in text)
        {
            if (ValueOf(character) >= 0) count++;
        }
        if (count == 0 || count % 4 != 0 || count / 4 * 3 > key.Length) return false;
        int bits = 0, taken = 0, padding = 0;
        foreach (byte character in text)
        {
            int value = ValueOf(character);
            if (value < 0) continue;
            if (character == '=') padding++;
            bits = (bits << 6) | value;
            if (++taken % 4 != 0) continue;
            key[length++] = (byte)(bits >> 16);
            key[length++] = (byte)(bits >> 8);
            key[length++] = (byte)bits;
            if (padding > 2) return false;
            length -= padding;
            if (padding > 0) break;
        }
        return length > 0;
    }

    /// <summary>Encodes a key behind what is written.</summary>
    public static void Encode(ReadOnlySpan<byte> key, ReplyBuffer output) =>
        Base64.EncodeToUtf8(key, output.Take(Base64.GetMaxEncodedToUtf8Length(key.Length)), out _, out _);

    private static int ValueOf(byte character) => (char)character switch
    {
        >= 'A' and <= 'Z' => character - 'A',
        >= 'a' and <= 'z' => character - 'a' + 26,
        >= '0' and <= '9' => character - '0' + 52,
        '+' => 62,
        '/' => 63,
        '=' => 0,
        _ => -1,
    };
}
