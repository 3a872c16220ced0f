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

    public static RespCommand Command { get; } = new("object", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
            [new("object|freq", 3, Frequency), HelpTexts.Subcommand("object", HelpTexts.Object)]),
    };

    private static void Frequency(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Write(Opcode.Exists, arguments[2]);
        session.Expect(command, static (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long found)) return false;
            if (found == 0) output.Null();
            else output.Error(NoFrequencies);
            return true;
        });
    }
}
