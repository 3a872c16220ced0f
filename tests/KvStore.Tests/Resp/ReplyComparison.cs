using System.Globalization;

namespace KvStore.Tests.Resp;

/// <summary>Replies that may differ: in order, where Redis promises none, or by the time that has passed.</summary>
internal static class ReplyComparison
{
    private const long ToleranceMillis = 5_000;

    public static void AssertSame(string[] command, string redis, string ours)
    {
        string name = command[0].ToLowerInvariant();
        if (redis == ours) return;
        string what = string.Join(' ', command);
        switch (name)
        {
            case "hkeys" or "hvals" or "smembers" or "keys" or "sinter" or "sunion" or "sdiff" or "spop"
                or "srandmember":
                Assert.True(Sorted(redis, 1).SequenceEqual(Sorted(ours, 1)), $"{what}\nRedis: {redis}\nours:  {ours}");
                break;
            case "hgetall" or "hrandfield":
                Assert.True(Sorted(redis, 2).SequenceEqual(Sorted(ours, 2)), $"{what}\nRedis: {redis}\nours:  {ours}");
                break;
            case "ttl" or "pttl" or "expiretime" or "pexpiretime" when redis[0] == ':' && ours[0] == ':':
                long unit = name[0] == 'p' ? 1 : 1000;
                Assert.True(
                    Math.Abs(Integer(redis) - Integer(ours)) * unit <= ToleranceMillis && Integer(redis) >= 0,
                    $"{what}\nRedis: {redis}\nours:  {ours}");
                break;
            default:
                Assert.Fail($"{what}\nRedis: {redis}\nours:  {ours}");
                break;
        }
    }

    private static long Integer(string reply) => long.Parse(reply[1..^2], CultureInfo.InvariantCulture);

    /// <summary>The bulks of an array, in groups, sorted.</summary>
    private static IEnumerable<string> Sorted(string reply, int group) =>
        Bulks(reply).Chunk(group).Select(g => string.Concat(g)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Bulks(string reply)
    {
        int position = reply.IndexOf('\n', StringComparison.Ordinal) + 1;
        while (position < reply.Length)
        {
            int content = reply.IndexOf('\n', position) + 1;
            int length = int.Parse(reply.AsSpan(position + 1, content - position - 3), CultureInfo.InvariantCulture);
            int end = content + length + 2;
            yield return reply[position..end];
            position = end;
        }
    }
}
