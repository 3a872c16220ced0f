using System.Text;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// Commands that choose by chance. SPOP is ordered, and the replicas choose by their agreed numbers. The others only
/// read: the gateway draws a number, and the replicas choose by that.
/// </summary>
internal static class RandomRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("spop", -2, SPop),
        new("srandmember", -2, SRandMember),
        new("hrandfield", -2, HRandField),
        new("randomkey", 1, RandomKey),
    ];

    /// <summary>SPOP key [count]</summary>
    private static void SPop(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool counted = arguments.Count > 2;
        long count = 0;
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        if (counted && !session.TryInteger(
            command, arguments[2], 0, long.MaxValue, RespErrors.MustBePositive, out count)) return;
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.SetPop, counted ? 2 : 1);
        operation.WriteBinary(arguments[1]);
        if (counted) operation.WriteInteger(count);
        session.Expect(command, counted ? RespFormats.Set : RespFormats.Value);
    }

    /// <summary>SRANDMEMBER key [count]</summary>
    private static void SRandMember(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool counted = arguments.Count > 2;
        long count = 0;
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        if (counted && !session.TryInteger(
            command, arguments[2], -long.MaxValue, long.MaxValue, out count)) return;
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SetRandom, counted ? 3 : 2);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(Draw());
        if (counted) operation.WriteInteger(count);
        session.Expect(command, counted ? RespFormats.Array : RespFormats.Value);
    }

    /// <summary>HRANDFIELD key [count [WITHVALUES]]</summary>
    private static void HRandField(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool counted = arguments.Count > 2, withValues = arguments.Count > 3;
        if (!TryReadCount(session, command, arguments, "withvalues", out long count)) return;
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.HashRandom, counted ? 4 : 2);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(Draw());
        if (counted)
        {
            operation.WriteInteger(count);
            operation.WriteInteger(
                (long)(withValues ? ListingFlags.Keys | ListingFlags.Values : ListingFlags.Keys));
        }
        session.Expect(
            command, withValues ? RespFormats.Pairs : counted ? RespFormats.Array : RespFormats.Value);
    }

    private static void RandomKey(RespSession session, RespCommand command, RespArguments arguments)
    {
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.RandomKey, 1);
        operation.WriteInteger(Draw());
        session.Expect(command, RespFormats.Value);
    }

    /// <summary>
    /// Reads what may follow the key of a command that chooses by chance: [count [word]]. The word asks for twice as
    /// many elements in the reply. False if the command was refused.
    /// </summary>
    public static bool TryReadCount(
        RespSession session, RespCommand command, RespArguments arguments, string word, out long count)
    {
        count = 0;
        bool doubles = arguments.Count > 3;
        if (arguments.Count > 2
            && !session.TryInteger(command, arguments[2], -long.MaxValue, long.MaxValue, out count)) return false;
        if (arguments.Count > 4 || doubles && !Ascii.EqualsIgnoreCase(arguments[3], word))
            session.Fail(command, RespErrors.Syntax);
        else if (doubles && count is < -long.MaxValue / 2 or > long.MaxValue / 2)
            session.Fail(command, "ERR value is out of range");
        else return true;
        return false;
    }

    /// <summary>A number for a command that chooses by chance.</summary>
    public static long Draw() => Random.Shared.NextInt64(long.MinValue, long.MaxValue);
}
