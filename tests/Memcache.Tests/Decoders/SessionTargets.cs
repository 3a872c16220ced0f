using System.Globalization;
using System.Text;
using BftCloud.Testing.Fuzzing;
using Memcache.Server.Protocol;
using Memcache.Server.Store;
using Memcache.Tests.Dialogues;
using Memcache.Tests.Server;
using Memcache.Tests.Server.Protocol;

namespace Memcache.Tests.Decoders;

/// <summary>What clients send, and what a user file holds.</summary>
internal static class SessionTargets
{
    private const int StepsMax = 100_000;

    private static readonly CacheStore s_store = TestStores.Of(2 << 20, 64 << 10);

    /// <summary>Of several lengths: replies reach their ends in many ways.</summary>
    private static readonly ReplyBuffer[] s_outputs =
        [.. Enumerable.Range(0, 61).Select(static i => new ReplyBuffer(StatsCommand.ReplyBytesMax + 67 * i))];

    private static readonly IReadOnlyList<byte[]> s_words =
    [
        .. new[]
        {
            "get ", "set a 0 0 1\r\nb\r\n", "mg ", "ms a 1 ", "md ", "ma ", "\r\n", " noreply", " v", " b", " N0",
            "gat 0 ", "18446744073709551615", "-1", "cas ", "incr ", "append a 0 0 2\r\nxy\r\n", "stats\r\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly NoFacts s_facts = new();

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("memcached session", static random => Dialogue(random, commandsMax: 23), Converse) { Words = s_words },
        // Not so many bytes, so more inputs in a second.
        new("memcached command", static random => Dialogue(random, commandsMax: 2), Converse) { Words = s_words },
        new("memcached number", static random => Encoding.ASCII.GetBytes(
            random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture)), Number),
        new("user file", static random => Encoding.ASCII.GetBytes($"user{random.Next(9)}:password\nother:word\n"),
            Users)
        {
            AllocatedBytesPerByte = 200,
        },
    ];

    private static byte[] Dialogue(Random random, int commandsMax) => Encoding.Latin1.GetBytes(
        "version\r\n" + string.Concat(new EdgeDialogues(random.Next(), commandsMax).Next()));

    /// <summary>Accepted: a reply that is no error.</summary>
    private static bool Converse(byte[] input)
    {
        Session session = new(s_store, s_facts, users: null, TestSession.InputBytesMax);
        ReplyBuffer output = s_outputs[input.Length % s_outputs.Length];
        s_store.Now++;
        bool accepted = false;
        int taken = 0;
        for (int steps = 0; ; steps++)
        {
            if (steps == StepsMax) throw new InvalidOperationException("The session does not get on.");
            int length = Math.Min(input.Length - taken, TestSession.InputBytesMax);
            Progress progress = session.Step(input.AsSpan(taken, length), output, 20, out int consumed);
            if (consumed < 0 || consumed > length) throw new InvalidOperationException($"Took {consumed} of {length}.");
            taken += consumed;
            accepted |= output.Written.Span.IndexOf("VERSION "u8) >= 0;
            bool isFull = output.Length > 0;
            output.Clear();
            if (progress == Progress.Closes) break;
            if (progress == Progress.OutputFull && !isFull)
                throw new InvalidOperationException("No room in an empty buffer.");
            if (progress != Progress.NeedsInput) continue;
            if (length == TestSession.InputBytesMax && consumed == 0)
                throw new InvalidOperationException("It waits for more than may be held.");
            if (consumed == 0 || taken == input.Length) break;
        }
        session.Abandon();
        return s_store.UsedBytes <= s_store.Options.Bytes && accepted;
    }

    private static bool Number(byte[] input) =>
        NumberText.TryParse(input, out ulong _) | NumberText.TryParse(input, out int _)
        | NumberText.TryParse(input, out uint _);

    private static bool Users(byte[] input) => new UserList().TryParse(input, out _);
}
