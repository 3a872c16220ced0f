using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// CLIENT TRACKING and what belongs to it. Tracking is always off: the gateway has no notices of what other gateways'
/// clients change.
/// </summary>
internal static class TrackingCommands
{
    private const int NoRedirection = -1;

    public static IEnumerable<RespCommand> All =>
    [
        new("client|tracking", -3, Tracking),
        new("client|trackinginfo", 2, TrackingInfo),
        new("client|getredir", 2, GetRedirection),
        new("client|caching", 3, static (session, command, _) => session.Fail(
            command,
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode "
            + "enabled")),
    ];

    private static void Tracking(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ErrorOfOptions(session, arguments) is { } error) session.Fail(command, error);
        else if (Is(arguments[2], "off")) session.Ok(command);
        else if (!Is(arguments[2], "on")) session.Fail(command, RespErrors.Syntax);
        else session.Fail(command, "ERR client tracking is not supported: the gateway has no notices of changes");
    }

    /// <summary>[REDIRECT id] [PREFIX prefix ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]. Null, or the error.</summary>
    private static string? ErrorOfOptions(RespSession session, RespArguments arguments)
    {
        long redirectedTo = 0;
        for (int i = 3; i < arguments.Count; i++)
        {
            bool hasValue = i + 1 < arguments.Count;
            if (hasValue && Is(arguments[i], "redirect"))
            {
                if (redirectedTo != 0) return "ERR A client can only redirect to a single other client";
                if (!IntegerText.TryParse(arguments[++i], out redirectedTo)) return RespErrors.NotAnInteger;
                if (session.Gateway.Clients.Find(redirectedTo) is null)
                    return "ERR The client ID you want redirect to does not exist";
            }
            else if (hasValue && Is(arguments[i], "prefix"))
            {
                i++;
            }
            else if (!Is(arguments[i], "bcast") && !Is(arguments[i], "optin") && !Is(arguments[i], "optout")
                && !Is(arguments[i], "noloop"))
            {
                return RespErrors.Syntax;
            }
        }
        return null;
    }

    private static void TrackingInfo(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, static output =>
    {
        output.Map(3);
        output.Bulk("flags");
        output.Set(1);
        output.Bulk("off");
        output.Bulk("redirect");
        output.Integer(NoRedirection);
        output.Bulk("prefixes");
        output.Array(0);
    });

    private static void GetRedirection(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Integer(NoRedirection);
        session.EndAnswer(command, start);
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
