using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on the bits of strings.</summary>
internal static class BitRespCommands
{
    /// <summary>The last bit of the longest string that Redis takes.</summary>
    private const long OffsetMax = (512L << 20) * 8 - 1;

    private const string BadOffset = "ERR bit offset is not an integer or out of range";
    private const string BadBit = "ERR bit is not an integer or out of range";

    public static IEnumerable<RespCommand> All =>
    [
        new("setbit", 4, SetBit),
        new("getbit", 3, GetBit),
        new("bitcount", -2, BitCount),
        new("bitpos", -3, BitPos),
        new("bitop", -4, BitOp),
    ];

    private static void SetBit(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], 0, OffsetMax, BadOffset, out long offset)
            || !session.TryInteger(command, arguments[3], 0, 1, BadBit, out long bit)) return;
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.SetBit, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(offset);
        operation.WriteInteger(bit);
        session.Expect(command, RespFormats.Integer);
    }

    private static void GetBit(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], 0, OffsetMax, BadOffset, out long offset)) return;
        session.Read().Write(Opcode.GetBit, arguments[1], offset);
        session.Expect(command, RespFormats.Integer);
    }

    /// <summary>BITCOUNT key [start end [BYTE | BIT]]</summary>
    private static void BitCount(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ErrorOfRange(arguments, out long start, out long end, out int unit) is { } error)
        {
            KeyFirst.FailString(session, command, arguments[1], 0, error);
            return;
        }
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.BitCount, 4);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(start);
        operation.WriteInteger(end);
        operation.WriteInteger(unit);
        session.Expect(command, RespFormats.Integer);
    }

    /// <summary>Reads the range of BITCOUNT. Null, or the error.</summary>
    private static string? ErrorOfRange(RespArguments arguments, out long start, out long end, out int unit)
    {
        (start, end, unit) = (0, -1, BitCommands.InBytes);
        if (arguments.Count == 2) return null;
        if (arguments.Count is 3 or > 5) return RespErrors.Syntax;
        if (!IntegerText.TryParse(arguments[2], out start) || !IntegerText.TryParse(arguments[3], out end))
            return RespErrors.NotAnInteger;
        // A range that ends before it begins is empty to Redis, whatever follows.
        if (arguments.Count == 4 || start < 0 && end < 0 && start > end) return null;
        return TryReadUnit(arguments[4], out unit) ? null : RespErrors.Syntax;
    }

    /// <summary>BITPOS key bit [start [end [BYTE | BIT]]]</summary>
    private static void BitPos(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], out long bit)) return;
        if (bit is not (0 or 1))
        {
            session.Fail(command, "ERR The bit argument must be 1 or 0.");
            return;
        }
        long start = 0, end = 0;
        int unit = BitCommands.InBytes;
        bool ends = arguments.Count > 4;
        string? error = arguments.Count > 6 ? RespErrors.Syntax
            : arguments.Count > 3 && !IntegerText.TryParse(arguments[3], out start) ? RespErrors.NotAnInteger
            : arguments.Count == 6 && !TryReadUnit(arguments[5], out unit) ? RespErrors.Syntax
            : ends && !IntegerText.TryParse(arguments[4], out end) ? RespErrors.NotAnInteger
            : null;
        if (error is not null)
        {
            KeyFirst.FailString(session, command, arguments[1], bit == 1 ? -1 : 0, error);
            return;
        }
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.BitPosition, ends ? 5 : 4);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(bit);
        operation.WriteInteger(unit);
        operation.WriteInteger(start);
        if (ends) operation.WriteInteger(end);
        session.Expect(command, RespFormats.Integer);
    }

    /// <summary>BITOP AND | OR | XOR | NOT destination key [key ...]</summary>
    private static void BitOp(RespSession session, RespCommand command, RespArguments arguments)
    {
        BitCombination? how = Ascii.EqualsIgnoreCase(arguments[1], "and") ? BitCombination.And
            : Ascii.EqualsIgnoreCase(arguments[1], "or") ? BitCombination.Or
            : Ascii.EqualsIgnoreCase(arguments[1], "xor") ? BitCombination.Xor
            : Ascii.EqualsIgnoreCase(arguments[1], "not") ? BitCombination.Not
            : null;
        if (how is null)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        if (how == BitCombination.Not && arguments.Count != 4)
        {
            session.Fail(command, "ERR BITOP NOT must be called with a single source key.");
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.BitCombine, arguments.Count - 1);
        operation.WriteInteger((long)how);
        for (int i = 2; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, RespFormats.Integer);
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> word, out int unit)
    {
        unit = Ascii.EqualsIgnoreCase(word, "bit") ? BitCommands.InBits : BitCommands.InBytes;
        return unit == BitCommands.InBits || Ascii.EqualsIgnoreCase(word, "byte");
    }
}
