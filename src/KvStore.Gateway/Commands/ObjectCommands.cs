using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>OBJECT and its subcommands.</summary>
internal static class ObjectCommands
{
    private const string NoFrequencies =
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
        + "between policies at runtime LRU and LFU data will take some time to adjust.";

    private const string NoIdleTimes = "ERR the replicated store keeps no times of access";

    public static RespCommand Command { get; } = new("object", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("object|encoding", 3, static (session, command, arguments) => KeyDescription.Ask(
                session, command, arguments[2], static (output, key) => output.Bulk(key.Encoding))),
            new("object|freq", 3, static (s, c, a) => Refuse(s, c, a, NoFrequencies)),
            new("object|idletime", 3, static (s, c, a) => Refuse(s, c, a, NoIdleTimes)),
            // A value belongs to one key.
            new("object|refcount", 3, static (session, command, arguments) => KeyDescription.Ask(
                session, command, arguments[2], static (output, _) => output.Integer(1))),
            HelpTexts.Subcommand("object", HelpTexts.Object),
        ]),
    };

    private static void Refuse(RespSession session, RespCommand command, RespArguments arguments, string error)
    {
        session.Read().Write(Opcode.Exists, arguments[2]);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long found)) return false;
            if (found == 0) output.Null();
            else output.Error(error);
            return true;
        });
    }
}
