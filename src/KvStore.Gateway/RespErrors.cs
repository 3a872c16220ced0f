using System.Text;
using BftSmr;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>The texts of errors: Redis' own where Redis has the error.</summary>
internal static class RespErrors
{
    public const string Syntax = "ERR syntax error";
    public const string NotAnInteger = "ERR value is not an integer or out of range";
    public const string NotAFloat = "ERR value is not a valid float";
    public const string OffsetOutOfRange = "ERR offset is out of range";
    public const string MustBePositive = "ERR value is out of range, must be positive";
    public const string NoKeys = "ERR numkeys should be greater than 0";
    public const string SameObject = "ERR source and destination objects are the same";
    public const string DatabaseOutOfRange = "ERR DB index is out of range";
    public const string NoSuchKey = "ERR no such key";
    public const string InvalidCursor = "ERR invalid cursor";
    public const string NoAuth = "NOAUTH Authentication required.";
    public const string NotInTransaction = "ERR Command not allowed inside a transaction";
    public const string ExecAborted = "EXECABORT Transaction discarded because of previous errors.";
    public const string TooMuchAwaited =
        "ERR too many keys are waited for at this gateway; it was not executed. Name fewer keys, or use more gateways";
    public const string NeverQueued =
        "ERR scripts cannot stand between MULTI and EXEC at this gateway; send them alone";
    public const string TooManyClients = "ERR max number of clients reached";

    private const int ShownMax = 128;

    /// <summary>What a client sent, as Redis shows it in errors: up to the first zero byte, and not too long.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes, int lengthMax = ShownMax)
    {
        int end = bytes.IndexOf((byte)0);
        if (end >= 0) bytes = bytes[..end];
        return Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, lengthMax)]);
    }

    public static string CommandTooLong(int bytesMax) =>
        $"ERR the command is too long: with its arguments it may take {bytesMax} bytes. It was not executed";

    public static string TooManyQueued(int bytesMax) =>
        $"ERR more than {RespLimits.QueuedCommandsMax} commands or {bytesMax} bytes queued by MULTI";

    public static string TooManyWatched(int bytesMax) =>
        $"ERR more than {RespLimits.WatchedKeysMax} keys, or {bytesMax} bytes of them, watched";

    public static string UnknownCommand(RespArguments arguments)
    {
        StringBuilder shown = new();
        for (int i = 1; i < arguments.Count && shown.Length < ShownMax; i++)
        {
            int left = ShownMax - shown.Length;
            shown.Append('\'').Append(Shown(arguments[i], left)).Append("' ");
        }
        return $"ERR unknown command '{Shown(arguments[0])}', with args beginning with: {shown}";
    }

    public static string UnknownSubcommand(string command, ReadOnlySpan<byte> subcommand) =>
        $"ERR unknown subcommand '{Shown(subcommand)}'. Try {command.ToUpperInvariant()} HELP.";

    /// <summary>A subcommand has more arguments than Redis looks at.</summary>
    public static string WrongSubcommand(RespCommand command, ReadOnlySpan<byte> subcommand) =>
        $"ERR unknown subcommand or wrong number of arguments for '{Shown(subcommand)}'. "
        + $"Try {command.Name[..command.Name.IndexOf('|', StringComparison.Ordinal)].ToUpperInvariant()} HELP.";

    public static string WrongArguments(string command) => $"ERR wrong number of arguments for '{command}' command";

    public static string ExecRefused(string error) =>
        "EXECABORT Transaction discarded because of: "
        + (error.StartsWith("ERR ", StringComparison.Ordinal) ? error["ERR ".Length..] : error);

    public static string MustBeBetween(long min, long max) =>
        $"ERR value is out of range, value must between {min} and {max}";

    public static string InvalidExpiry(string command) => $"ERR invalid expire time in '{command}' command";

    public static string Of(KvErrorCode error, string command) => error switch
    {
        KvErrorCode.WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value",
        KvErrorCode.NotAnInteger => NotAnInteger,
        KvErrorCode.Overflow when command is "incrbyfloat" or "hincrbyfloat" =>
            "ERR increment would produce NaN or Infinity",
        KvErrorCode.Overflow => "ERR increment or decrement would overflow",
        KvErrorCode.NotANumber => NotAFloat,
        KvErrorCode.FieldNotAnInteger => "ERR hash value is not an integer",
        KvErrorCode.FieldNotANumber => "ERR hash value is not a float",
        KvErrorCode.ScoreNotANumber => "ERR resulting score is not a number (NaN)",
        KvErrorCode.TooLong =>
            $"ERR string exceeds maximum allowed size (a key {KvLimits.KeyBytesMax} bytes, "
            + $"a value {KvLimits.ValueBytesMax})",
        KvErrorCode.ReplyTooLong =>
            $"ERR the reply would be longer than {KvLimits.ReplyBytesMax} bytes; "
            + "read it in parts (GETRANGE, LRANGE, HSCAN, SSCAN)",
        KvErrorCode.TooMuchWork =>
            "ERR the command is too much work for one operation; do less at a time "
            + "(fewer keys or elements; HSCAN, SSCAN, LRANGE)",
        KvErrorCode.StateFull => "OOM command not allowed when used memory > 'maxmemory'.",
        KvErrorCode.NoSuchKey => NoSuchKey,
        KvErrorCode.IndexOutOfRange => "ERR index out of range",
        KvErrorCode.InvalidExpiry => InvalidExpiry(command),
        _ => $"ERR the replicas refused the command ({error}): gateway and replicas run different releases",
    };

    /// <summary>A command of which no voted reply was had.</summary>
    public static string Of(Exception failure) => failure switch
    {
        BftNotPermittedException e => $"NOPERM not executed: {e.Message}",
        BftException { MayHaveExecuted: false } e => $"TRYAGAIN not executed: {e.Message}",
        BftException e => $"ERR the command may have been executed: {e.Message}",
        // The client library refuses these before it sends anything.
        ArgumentException => "ERR not executed: the operation is longer than the cluster's operationBytesMax. Split it",
        NotSentException or ObjectDisposedException => "ERR not executed: the gateway is stopping",
        OperationCanceledException => "ERR the gateway is stopping; the command may have been executed",
        _ => $"ERR the command may have been executed: {failure.Message}",
    };
}
