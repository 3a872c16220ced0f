using System.Buffers;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// Carries out operations: a command, a pipeline of commands, or a transaction. Never throws, for any bytes.
/// </summary>
internal sealed class Interpreter(long stateBytesMax)
{
    private readonly ByteBuffer _reply = new(), _query = new();
    private readonly List<ReadOnlyMemory<byte>> _elements = [];

    /// <summary>
    /// Carries out an operation at an agreed time, with agreed numbers for what it chooses. The reply is good until the
    /// next call.
    /// </summary>
    public ByteBuffer Execute(
        KvState state, ReadOnlyMemory<byte> operation, long nowMicros, SeededNumbers chance)
    {
        CommandContext context = Begin(state, nowMicros);
        context.Chance = chance;
        Run(ref context, operation, isQuery: false);
        return _reply;
    }

    /// <summary>
    /// Answers an operation that only reads. In front of the reply stands the first expiry among the entries that it
    /// rests on, in microseconds since the Unix epoch, or nil. From then on the answer may be out of date, even if no
    /// operation was executed.
    /// </summary>
    public ByteBuffer Query(KvState state, ReadOnlySpan<byte> operation, long nowMicros)
    {
        CommandContext context = Begin(state, nowMicros);
        _query.Reset();
        // One that is too long is not copied: the empty operation is as malformed.
        if (operation.Length <= KvLimits.OperationBytesMax) _query.Write(operation);
        Run(ref context, _query.WrittenMemory, isQuery: true);
        int end = _reply.Length;
        if (context.FirstExpiryMicros == long.MaxValue) _reply.WriteNil();
        else _reply.WriteInteger(context.FirstExpiryMicros);
        _reply.MoveBefore(0, end);
        return _reply;
    }

    private CommandContext Begin(KvState state, long nowMicros)
    {
        _reply.Reset();
        return new CommandContext
        {
            State = state,
            Reply = _reply,
            Elements = _elements,
            NowMicros = nowMicros,
            StateBytesMax = stateBytesMax,
            FirstExpiryMicros = long.MaxValue,
            WorkLeft = KvLimits.WorkMax,
        };
    }

    private static void Run(ref CommandContext c, ReadOnlyMemory<byte> operation, bool isQuery)
    {
        if (operation.Length > KvLimits.OperationBytesMax || !TryBegin(ref c, operation, out Opcode opcode))
            c.Malformed();
        else if (opcode == Opcode.Pipeline) RunPipeline(ref c, isQuery);
        else if (opcode == Opcode.Transaction && isQuery) c.Fail(KvErrorCode.NotAQuery);
        else if (opcode == Opcode.Transaction) RunTransaction(ref c);
        else RunCommand(ref c, opcode, isQuery);
    }

    /// <summary>
    /// Commands that have nothing to do with each other, in order. When a reply does not fit any more, or work is left
    /// for no more, the pipeline ends before that command: fewer replies than commands mean that the rest was not
    /// executed.
    /// </summary>
    private static void RunPipeline(ref CommandContext c, bool isQuery)
    {
        if (c.ArgumentCount > KvLimits.CommandsMax || !TryReadElements(c.Arguments, c.ArgumentCount, c.Elements))
        {
            c.Malformed();
            return;
        }
        int start = c.Reply.Length, done = 0;
        while (done < c.Elements.Count)
        {
            int before = c.Reply.Length;
            RunNested(ref c, c.Elements[done], isQuery);
            if (done > 0 && IsAtBound(c.Reply.WrittenMemory[before..]))
            {
                c.Reply.Length = before;
                break;
            }
            done++;
        }
        c.Reply.InsertArray(start, done);
    }

    /// <summary>
    /// If all conditions hold, all commands, in order. The reply has the reply of each; or is the index of the first
    /// condition that does not hold, and then nothing was executed. A command that fails does so alone.
    /// </summary>
    private static void RunTransaction(ref CommandContext c)
    {
        CanonicalReader reader = c.Arguments;
        if (c.ArgumentCount is < 1 or > KvLimits.CommandsMax + 1
            || !TryReadElements(c.Arguments, c.ArgumentCount, c.Elements)
            || !reader.TryReadArray(out int conditions) || conditions > KvLimits.ConditionsMax)
        {
            c.Malformed();
            return;
        }
        if (!c.TryChargeLookups(conditions)) return;
        int failed = -1;
        for (int i = 0; i < conditions; i++)
        {
            if (!reader.TryReadArray(out int parts) || parts != 2 || !reader.TryReadBinary(out ReadOnlySpan<byte> key)
                || !reader.TryReadElement(out ReadOnlyMemory<byte> expected) || !Condition.IsExpectation(expected))
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
        c.Reply.WriteArray(c.Elements.Count - 1);
        for (int i = 1; i < c.Elements.Count; i++) RunNested(ref c, c.Elements[i], isQuery: false);
    }

    private static void RunNested(ref CommandContext c, ReadOnlyMemory<byte> command, bool isQuery)
    {
        if (TryBegin(ref c, command, out Opcode opcode)) RunCommand(ref c, opcode, isQuery);
        else c.Malformed();
    }

    private static void RunCommand(ref CommandContext c, Opcode opcode, bool isQuery)
    {
        if (isQuery && !CommandTable.IsRead(opcode)) c.Fail(KvErrorCode.NotAQuery);
        else if (c.TryChargeLookups(1)) CommandTable.Run(opcode, ref c);
    }

    private static bool TryBegin(ref CommandContext c, ReadOnlyMemory<byte> command, out Opcode opcode)
    {
        opcode = default;
        c.Arguments = new CanonicalReader(command);
        if (!c.Arguments.TryReadArray(out int elements) || elements < 1
            || !c.Arguments.TryReadInteger(0, byte.MaxValue, out long code)) return false;
        opcode = (Opcode)code;
        c.ArgumentCount = elements - 1;
        return true;
    }

    /// <summary>Whether all that is there is so many elements, and which.</summary>
    private static bool TryReadElements(CanonicalReader reader, int count, List<ReadOnlyMemory<byte>> elements)
    {
        elements.Clear();
        while (count-- > 0)
        {
            if (!reader.TryReadElement(out ReadOnlyMemory<byte> element)) return false;
            elements.Add(element);
        }
        return reader.AtEnd;
    }

    private static bool IsAtBound(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = new(reply);
        return reader.TryReadError(out KvErrorCode error)
            && error is KvErrorCode.ReplyTooLong or KvErrorCode.TooMuchWork;
    }
}
