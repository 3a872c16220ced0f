using System.Text;
using BftCloud.Testing.Fuzzing;
using Memcache.Client.Protocol;
using Memcache.Client.Sealing;

namespace Memcache.Client.Tests.Decoders;

/// <summary>What servers send.</summary>
internal static class ReplyTargets
{
    private const int ValueBytesMax = 1000;

    private static readonly Seal s_seal = new(new byte[32], "");

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("cache reply", Replies, Take)
        {
            Words =
            [
                .. new[] { "VA ", "HD", "EN\r\n", "STAT ", "\r\n", " O1", " W", " t-1", "18446744073709551615", "-1" }
                    .Select(Encoding.ASCII.GetBytes),
            ],
        },
        new("seal", static random =>
        {
            byte[] value = new byte[random.Next(60)];
            random.NextBytes(value);
            SealedValue content = new(random.Next(4) == 0 ? default(ReadOnlyMemory<byte>?) : value, random.NextInt64());
            return s_seal.Close("key", new SealedEntry(content, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        }, static input => s_seal.TryOpen("key", input, out _)),
    ];

    private static byte[] Replies(Random random)
    {
        StringBuilder text = new();
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int length = random.Next(40);
            text.Append(random.Next(4) switch
            {
                0 => $"VA {length} f{random.Next()} c{random.NextInt64()} t-1 O{random.Next()}\r\n"
                    + new string('v', length) + "\r\n",
                1 => $"HD c{random.NextInt64()} W O{random.Next()}\r\n",
                2 => "EN\r\n",
                _ => $"SERVER_ERROR {new string('e', length)}\r\n",
            });
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Accepted: all of it is replies.</summary>
    private static bool Take(byte[] input)
    {
        ReadOnlySpan<byte> rest = input;
        while (!rest.IsEmpty)
        {
            ReplyProgress progress = ReplyParser.TryParse(rest, ValueBytesMax, out ReplyHead head, out int consumed);
            if (progress != ReplyProgress.Whole) return false;
            if (head.Length > ValueBytesMax + ReplyParser.LineBytesMax || head.Start + head.Length > consumed)
                throw new InvalidOperationException("A reply is longer than its bytes.");
            rest = rest[consumed..];
        }
        return true;
    }
}
