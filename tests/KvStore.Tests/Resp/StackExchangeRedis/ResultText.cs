using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>The text of a result: bytes are between quotation marks, text of the client's own is not.</summary>
internal static class ResultText
{
    /// <summary>Longer values are shown by their length and digest; in bytes.</summary>
    private const int ShownBytesMax = 200;

    public static string Of(object? result) => result switch
    {
        null => "null",
        RedisResult r => OfReply(r),
        RedisValue v => OfBytes(v),
        RedisKey k => OfBytes(k),
        Lease<byte> l => OfBytes(l.Memory.ToArray()),
        byte[] b => OfBytes(b),
        string s => s,
        HashEntry e => $"{OfBytes(e.Name)}: {OfBytes(e.Value)}",
        IEnumerable all => $"[{string.Join(", ", all.Cast<object?>().Select(Of))}]",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => result.ToString()!,
    };

    /// <summary>The texts of results that have no order of their own.</summary>
    public static IEnumerable<string> Sorted<T>(IEnumerable<T> results) =>
        results.Select(static result => Of(result)).Order(StringComparer.Ordinal);

    private static string OfReply(RedisResult reply)
    {
        if (reply.IsNull) return $"{reply.Resp3Type} null";
        if (reply.Length < 0) return $"{reply.Resp3Type} {OfBytes((byte[]?)reply)}";
        return $"{reply.Resp3Type} [{string.Join(", ", ((RedisResult[])reply!).Select(OfReply))}]";
    }

    private static string OfBytes(byte[]? bytes)
    {
        if (bytes is null) return "nil";
        if (bytes.Length > ShownBytesMax)
            return $"{bytes.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}";
        StringBuilder text = new("'");
        foreach (byte b in bytes)
        {
            if (b is >= (byte)' ' and < 0x7f and not (byte)'\'' and not (byte)'\\') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return text.Append('\'').ToString();
    }
}
