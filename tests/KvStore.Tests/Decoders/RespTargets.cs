using System.Net.Sockets;
using System.Text;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using KvStore.Operations;
using KvStore.Gateway;
using KvStore.Gateway.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Tests.Resp;
using KvStore.Tests.StateMachine;

namespace KvStore.Tests.Decoders;

/// <summary>What a client of Redis sends to the gateway, and what the gateway makes of the store's replies.</summary>
internal static class RespTargets
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "*", "$", "\r\n", "\r", "\n", "$-1\r\n", "$0\r\n\r\n", "*0\r\n", "*-1\r\n", "*1\r\n$4\r\nPING\r\n",
            "\"", "'", "\\x41", "\\", "\\\"", "\0", "\t", "PING\r\n", "*2147483647\r\n", "$536870912\r\n",
            "[a-", "[^", "?",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    private static readonly IEnumerable<byte[]> Names =
        RespCommands.Table.All.Select(static c => Encoding.Latin1.GetBytes(c.Name));

    private static readonly IEnumerable<byte[]> OptionWords =
        new[]
        {
            "$2\r\nEX\r\n", "$2\r\nPX\r\n", "$4\r\nPXAT\r\n", "$2\r\nNX\r\n", "$7\r\nKEEPTTL\r\n",
            "$5\r\nMATCH\r\n", "$5\r\nCOUNT\r\n", "$19\r\n9223372036854775807\r\n",
            "$20\r\n-9223372036854775808\r\n", "$4\r\n-inf\r\n", "$3\r\nnan\r\n",
        }.Select(Encoding.Latin1.GetBytes);

    private static readonly RespFormat[] Formats =
    [
        RespFormats.Value, RespFormats.Integer, RespFormats.OkOrNull, RespFormats.Ok, RespFormats.OneOrZero,
        RespFormats.Array, RespFormats.Map, RespFormats.Set, RespFormats.TypeName,
        RespFormats.Seconds, RespFormats.Milliseconds, RespFormats.IntegerOrNull, RespFormats.Pairs,
        RespFormats.KeyAndArray,
        SortedSetFormats.Score, SortedSetFormats.OnlyScore, SortedSetFormats.Scores,
        SortedSetFormats.Scored, SortedSetFormats.Popped, SortedSetFormats.PoppedMany, SortedSetFormats.PoppedFirst,
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        new(
            "RESP command", static random => Commands(random),
            static bytes => Parse(bytes, authenticated: true)) { Words = Words, AllocatedBytesPerByte = 100,
            Rounds = 100 },
        new(
            "RESP command before AUTH", static random => Commands(random),
            static bytes => Parse(bytes, authenticated: false)) { Words = Words, AllocatedBytesPerByte = 100,
            Rounds = 100 },
        new(
            "RESP command that is too long", static random => RestOfCommand(random),
            static bytes => Skip(bytes)) { Words = Words, Rounds = 100 },
        new("RESP session", static random => Script(random), static bytes => Converse(bytes))
        {
            Words = [.. Words, .. Names, .. OptionWords],
            AllocatedBytes = 8 << 20,
            AllocatedBytesPerByte = 4000,
            Rounds = 20,
        },
        new(
            "pattern", static random => Encoding.Latin1.GetBytes("a*b?[c-e]\\*" + random.Next()),
            static bytes => Match(bytes)) { Words = Words, AllocatedBytesPerByte = 8 },
        new(
            "score text", static random => Score(BitConverter.Int64BitsToDouble(random.NextInt64())),
            static bytes => ScoreText.TryParse(bytes, out _) | ScoreText.TryParseBound(bytes, out _, out _))
        {
            Words = [.. new[] { "0x", "p-", "e", ".", "(", "inf", "nan", "-", "\0" }.Select(Encoding.Latin1.GetBytes)],
            Normal = static bytes => ScoreText.TryParse(bytes, out double score) ? Score(score) : [],
            AllocatedBytesPerByte = 0,
        },
        new(
            "reply to a client of Redis",
            static random =>
                Op.Bytes(random.Next(2) == 0 ? (long)random.Next() : new object?[] { "a", null, (long)random.Next() }),
            static bytes => Format(bytes))
        {
            AllocatedBytes = 64 << 10, AllocatedBytesPerByte = 200,
        },
    ];

    private static byte[] Score(double score)
    {
        Span<byte> text = stackalloc byte[ScoreText.LengthMax];
        return text[..ScoreText.Format(double.IsNaN(score) ? 0 : score, text)].ToArray();
    }

    private static byte[] Commands(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => random.Next(4) == 0
            ? Encoding.Latin1.GetBytes($"set \"a\\x41\\n\" 'b\\'' {random.Next()}\r\n")
            : RespTestClient.Encode([.. Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => new string('x', random.Next(random.Next(4) == 0 ? 300 : 5)))])),
    ];

    /// <summary>
    /// All of it is commands. Never consumes what is not there, never waits for what is, and finds arguments only
    /// within the input.
    /// </summary>
    private static bool Parse(byte[] input, bool authenticated)
    {
        RespParser parser = new();
        for (int position = 0; position < input.Length;)
        {
            ReadOnlySpan<byte> rest = input.AsSpan(position);
            RespParseResult result = parser.Parse(rest, authenticated, out int consumed);
            if (consumed < 0 || consumed > rest.Length)
                throw new InvalidOperationException($"Consumed {consumed} of {rest.Length} bytes.");
            if (result == RespParseResult.Incomplete && parser.BytesNeeded <= rest.Length)
                throw new InvalidOperationException(
                    $"Waits for {parser.BytesNeeded} bytes, and {rest.Length} are there.");
            if (result != RespParseResult.Command) return false;
            if (consumed == 0) throw new InvalidOperationException("A command without bytes.");
            RespArguments arguments = new(parser.Bytes(rest), parser.Ranges);
            int bytes = 0;
            for (int i = 0; i < arguments.Count; i++) bytes += arguments[i].Length;
            if (bytes > consumed) throw new InvalidOperationException("Arguments longer than the command.");
            position += consumed;
        }
        return input.Length > 0;
    }

    /// <summary>How many bulks are left, how many bytes of the first of them, and the rest of the command.</summary>
    private static byte[] RestOfCommand(Random random)
    {
        string[] bulks = [.. Enumerable.Range(0, random.Next(5)).Select(_ => new string('x', random.Next(300)))];
        byte[] command = RespTestClient.Encode(["first", .. bulks]);
        int start = command.AsSpan().IndexOf("first"u8);
        return [(byte)(bulks.Length + 1), 7, .. command[start..]];
    }

    private static bool Skip(byte[] input)
    {
        if (input.Length < 2) return false;
        RespSkipper skipper = new();
        skipper.Begin(bulksLeft: input[0], bytesLeft: input[1]);
        int end = 2, position = 2;
        while (skipper.IsSkipping)
        {
            if (end == input.Length) return false;
            end = Math.Min(input.Length, end + 5);
            RespParseResult result = skipper.Skip(input.AsSpan(position, end - position), out int consumed);
            if (consumed < 0 || consumed > end - position)
                throw new InvalidOperationException($"Passed {consumed} of {end - position} bytes.");
            if (result == RespParseResult.ProtocolError) return false;
            position += consumed;
        }
        return true;
    }

    private static byte[] Script(Random random)
    {
        CommandScripts scripts = new(random.Next());
        return [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ => RespTestClient.Encode(scripts.Next()))];
    }

    /// <summary>
    /// What one connection says: each command has one answer, each of its operations is one, and the store's reply to
    /// it has the shape that the gateway expects.
    /// </summary>
    private static bool Converse(byte[] input)
    {
        using CancellationTokenSource stop = new();
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        RespGateway gateway = new(new LocalService(), new RespServerOptions(), RespCommands.Table, stop.Token);
        RespSession session = new(gateway, new RespClient(
            1, socket, new ReplyQueue(socket, gateway.ReplyMemory), TimeProvider.System));
        RespParser parser = new();
        TestMachine machine = new();
        machine.Execute(Opcode.Put, "a", "12", 0L);
        int commands = 0;
        for (int position = 0; position < input.Length && !session.Closes && session.Next is null;)
        {
            RespParseResult result = parser.Parse(input.AsSpan(position), session.IsAuthenticated, out int consumed);
            if (result != RespParseResult.Command) return false;
            RespArguments arguments = new(parser.Bytes(input.AsSpan(position)), parser.Ranges);
            int before = session.Batch.Pending.Count;
            session.Take(arguments);
            int answers = session.Batch.Pending.Count - before + (session.Next is null ? 0 : 1);
            if (answers != (arguments.Count == 0 ? 0 : 1) && !session.Closes)
                throw new InvalidOperationException($"A command has {answers} answers.");
            position += consumed;
            commands++;
        }
        foreach (PendingReply pending in session.Batch.Pending)
        {
            if (pending.Format is null) continue;
            byte[] reply = machine.Execute(
                session.Batch.Operations.Written.Slice(pending.Start, pending.Length).ToArray());
            CanonicalReader reader = new(reply);
            if (reader.TryReadError(out KvErrorCode error))
            {
                if (error == KvErrorCode.Malformed)
                    throw new InvalidOperationException(
                        $"'{pending.Command}' became an operation that the store does not know.");
                continue;
            }
            if (!pending.Format(ref reader, new RespWriter()) || !reader.AtEnd)
                throw new InvalidOperationException(
                    $"The reply to '{pending.Command}' has another shape than expected.");
        }
        return commands > 0;
    }

    private static bool Match(byte[] input) =>
        new Glob(input.AsSpan(0, input.Length / 2)).IsMatch(input.AsSpan(input.Length / 2))
            || input.AsSpan().StartsWith("a*b"u8);

    private static bool Format(byte[] reply)
    {
        int understood = 0;
        foreach (RespFormat format in Formats)
        {
            RespWriter output = new();
            CanonicalReader reader = new(reply);
            if (format(ref reader, output) && reader.AtEnd) understood++;
        }
        return understood > 0;
    }
}
