using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Carries out operations: a command, a pipeline of commands, or a transaction. Never throws, whatever the bytes.</summary>
internal sealed class Interpreter(long stateBytesMax)
{
    private readonly PackBuffer _reply = new();

    /// <summary>Carries out an operation at an agreed time. The reply is good until the next call.</summary>
    public PackBuffer Execute(KvState state, ReadOnlySpan<byte> operation, long nowMicros)
    {
        CommandContext context = Begin(state, nowMicros);
        Run(ref context, operation, isQuery: false);
        return _reply;
    }

    /// <summary>
    /// Answers an operation that only reads. In front of the reply stands when the first of the entries that it rests on expires, microseconds since the
    /// Unix epoch, or nil: from then on the answer may be out of date though nothing was executed.
    /// </summary>
    public PackBuffer Query(KvState state, ReadOnlySpan<byte> operation, long nowMicros)
    {
        CommandContext context = Begin(state, nowMicros);
        Run(ref context, operation, isQuery: true);
        int end = _reply.Length;
        if (context.FirstExpiryMicros == long.MaxValue) _reply.WriteNil();
        else _reply.WriteInteger(context.FirstExpiryMicros);
        _reply.MoveToFront(end);
        return _reply;
    }

    private CommandContext Begin(KvState state, long nowMicros)
    {
        _reply.Reset();
        return new CommandContext
        {
            State = state,
            Reply = _reply,
            NowMicros = nowMicros,
            StateBytesMax = stateBytesMax,
            FirstExpiryMicros = long.MaxValue,
        };
    }

    private static void Run(ref CommandContext c, ReadOnlySpan<byte> operation, bool isQuery)
    {
        if (operation.Length > KvLimits.OperationBytesMax || !TryBegin(ref c, operation, out Opcode opcode)) c.Malformed();
        else if (opcode == Opcode.Pipeline) RunPipeline(ref c, isQuery);
        else if (opcode == Opcode.Transaction && isQuery) c.Fail(KvErrorCode.NotAQuery);
        else if (opcode == Opcode.Transaction) RunTransaction(ref c);
        else RunCommand(ref c, opcode, isQuery);
    }

    /// <summary>
    /// Commands that have nothing to do with each other, in order. When a reply does not fit any more the pipeline ends before that command:
    /// fewer replies than commands mean that the rest was not executed.
    /// </summary>
    private static void RunPipeline(ref CommandContext c, bool isQuery)
    {
        if (c.ArgumentCount > KvLimits.CommandsMax || !AreElements(c.Arguments, c.ArgumentCount))
        {
            c.Malformed();
            return;
        }
        int start = c.Reply.Length, done = 0;
        PackReader commands = c.Arguments;
        while (commands.TryReadElement(out ReadOnlySpan<byte> command))
        {
            int before = c.Reply.Length;
            RunNested(ref c, command, isQuery);
            if (done > 0 && IsReplyTooLong(c.Reply.Written[before..]))
            {
                c.Reply.Length = before;
                break;
            }
            done++;
        }
        c.Reply.InsertArray(start, done);
    }

    /// <summary>
    /// If all conditions hold, all commands, in order. The reply has the reply of each; or is the index of the first condition that does not hold, and
    /// then nothing was executed. A command that fails does so alone.
    /// </summary>
    private static void RunTransaction(ref CommandContext c)
    {
        PackReader reader = c.Arguments;
        if (c.ArgumentCount is < 1 or > KvLimits.CommandsMax + 1 || !AreElements(c.Arguments, c.ArgumentCount) || !reader.TryReadArray(out int conditions)
            || conditions > KvLimits.ConditionsMax)
        {
            c.Malformed();
            return;
        }
        int commands = c.ArgumentCount - 1, failed = -1;
        for (int i = 0; i < conditions; i++)
        {
            if (!reader.TryReadArray(out int parts) || parts != 2 || !reader.TryReadBinary(out ReadOnlySpan<byte> key)
                || !reader.TryReadElement(out ReadOnlySpan<byte> expected) || !Condition.IsExpectation(expected))
            {
                c.Malformed();
                return;
            }
            if (failed < 0 && !Condition.Holds(expected, c.Find(key))) failed = i;
        }
        if (failed >= 0)
        {
            c.Reply.WriteInteger(failed);
            return;
        }
        c.Reply.WriteArray(commands);
        while (reader.TryReadElement(out ReadOnlySpan<byte> command)) RunNested(ref c, command, isQuery: false);
    }

    private static void RunNested(ref CommandContext c, ReadOnlySpan<byte> command, bool isQuery)
    {
        if (TryBegin(ref c, command, out Opcode opcode)) RunCommand(ref c, opcode, isQuery);
        else c.Malformed();
    }

    private static void RunCommand(ref CommandContext c, Opcode opcode, bool isQuery)
    {
        if (isQuery && !CommandTable.IsRead(opcode)) c.Fail(KvErrorCode.NotAQuery);
        else CommandTable.Run(opcode, ref c);
    }

    private static bool TryBegin(ref CommandContext c, ReadOnlySpan<byte> command, out Opcode opcode)
    {
        opcode = default;
        c.Arguments = new PackReader(command);
        if (!c.Arguments.TryReadArray(out int elements) || elements < 1 || !c.Arguments.TryReadInteger(0, PackFormat.FixIntMax, out long code)) return false;
        opcode = (Opcode)code;
        c.ArgumentCount = elements - 1;
        return true;
    }

    private static bool AreElements(PackReader reader, int count)
    {
        while (reader.TryReadElement(out _)) count--;
        return reader.AtEnd && count == 0;
    }

    private static bool IsReplyTooLong(ReadOnlySpan<byte> reply) =>
        new PackReader(reply).TryReadError(out KvErrorCode error) && error == KvErrorCode.ReplyTooLong;
}
