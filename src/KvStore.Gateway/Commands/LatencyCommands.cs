using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>LATENCY and its subcommands: nothing is measured, as CONFIG GET latency-monitor-threshold says.</summary>
internal static class LatencyCommands
{
    // Redis' words where monitoring is off.
    private static ReadOnlySpan<byte> Disabled =>
        "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use "u8;

    public static RespCommand Command { get; } = new("latency", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("latency|latest", 2, NoSamples),
            new("latency|history", 3, NoSamples),
            new("latency|reset", -2, static (session, command, _) => session.Answer(
                command, 0, static output => output.Integer(0))),
            new("latency|graph", 3, static (session, command, arguments) => session.Fail(
                command, $"ERR No samples available for event '{RespErrors.Shown(arguments[2], int.MaxValue)}'")),
            new("latency|doctor", 2, static (session, command, _) => session.Answer(
                command, 0, static output => output.Verbatim([.. Disabled, .. HowToEnable]))),
            HelpTexts.Subcommand("latency", HelpTexts.Latency),
        ]),
    };

    private static ReadOnlySpan<byte> HowToEnable =>
        "\"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep "u8
        + "space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n"u8;

    private static void NoSamples(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, static output => output.Array(0));
}
