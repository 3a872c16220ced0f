using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands about the connection itself.</summary>
internal static class ConnectionCommands
{
    private const string WrongPassword = "WRONGPASS invalid username-password pair or user is disabled.";

    public static IEnumerable<RespCommand> All =>
    [
        new("ping", -1, Ping),
        new("echo", 2, Echo),
        new("select", 2, Select),
        new("auth", -2, Auth) { BeforePassword = true },
        new("hello", -1, Hello) { BeforePassword = true },
        ClientCommands.Command,
        new("quit", -1, Quit) { NeverQueued = true, BeforePassword = true },
        new("reset", 1, Reset) { NeverQueued = true, BeforePassword = true },
    ];

    private static void Ping(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 2)
        {
            session.Fail(command, RespErrors.WrongArguments("ping"));
            return;
        }
        RespWriter output = session.BeginAnswer(out int start);
        if (arguments.Count == 1) output.Simple("PONG"u8);
        else output.Bulk(arguments[1]);
        session.EndAnswer(command, start);
    }

    private static void Echo(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Bulk(arguments[1]);
        session.EndAnswer(command, start);
    }

    private static void Select(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[1], int.MinValue, int.MaxValue, out long index)) return;
        if (index == 0) session.Ok(command);
        else session.Fail(command, RespErrors.DatabaseOutOfRange);
    }

    private static void Auth(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.Syntax);
        }
        else if (arguments.Count == 2 && !session.Gateway.AsksForPassword)
        {
            session.Fail(
                command,
                "ERR AUTH <password> called without any password configured for the default user. "
                + "Are you sure your configuration is correct?");
        }
        else if (TryAuthenticate(session, arguments.Count == 2 ? "default"u8 : arguments[1], arguments[^1]))
        {
            session.Ok(command);
        }
        else
        {
            session.Fail(command, WrongPassword);
        }
    }

    /// <summary>HELLO [version [AUTH user password] [SETNAME name]]</summary>
    private static void Hello(RespSession session, RespCommand command, RespArguments arguments)
    {
        byte[][] words = new byte[arguments.Count][];
        int bytes = 0;
        for (int i = 0; i < words.Length; i++) bytes += (words[i] = arguments[i].ToArray()).Length;
        if (session.IsQueueing)
        {
            session.Answer(command, bytes, output => Greet(session, words, output));
            return;
        }
        // What was asked before is answered in the version spoken then.
        session.Next = connection =>
        {
            Greet(session, words, connection.Output);
            return ValueTask.CompletedTask;
        };
    }

    private static void Greet(RespSession session, byte[][] words, RespWriter output)
    {
        long version = session.Version;
        if (words.Length > 1 && !IntegerText.TryParse(words[1], out version))
            output.Error("ERR Protocol version is not an integer or out of range");
        else if (version is not (2 or 3))
            output.Error("NOPROTO unsupported protocol version");
        else if (FollowOptions(session, words) is { } error)
            output.Error(error);
        else if (!session.IsAuthenticated)
            output.Error(
                "NOAUTH HELLO must be called with the client already authenticated, "
                + "otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client "
                + "and select the RESP protocol version at the same time");
        else
        {
            session.Version = output.Version = (int)version;
            WriteServer(output, session);
        }
    }

    /// <summary>Does what the options of HELLO say, in order. Null, or the error of the first wrong one.</summary>
    private static string? FollowOptions(RespSession session, byte[][] words)
    {
        for (int i = 2; i < words.Length; i++)
        {
            if (Is(words[i], "auth") && i + 2 < words.Length)
            {
                if (!TryAuthenticate(session, words[i + 1], words[i + 2])) return WrongPassword;
                i += 2;
            }
            else if (Is(words[i], "setname") && i + 1 < words.Length)
            {
                if (ClientCommands.TryName(session, words[++i]) is { } error) return error;
            }
            else
            {
                return $"ERR Syntax error in HELLO option '{RespErrors.Shown(words[i], int.MaxValue)}'";
            }
        }
        return null;
    }

    private static void Quit(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Ok(command);
        session.Closes = true;
    }

    private static void Reset(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Next = connection =>
    {
        session.Transaction.End();
        session.Name = [];
        session.IsAuthenticated = !session.Gateway.AsksForPassword;
        session.Version = connection.Output.Version = 2;
        if (session.Replies == ReplyMode.Off) session.SetReplies(ReplyMode.On);
        connection.Output.Simple("RESET"u8);
        return ValueTask.CompletedTask;
    };

    private static bool TryAuthenticate(RespSession session, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        bool right = user.SequenceEqual("default"u8)
            && (!session.Gateway.AsksForPassword || session.Gateway.IsPassword(password));
        session.IsAuthenticated |= right;
        return right;
    }

    private static void WriteServer(RespWriter output, RespSession session)
    {
        output.Map(7);
        output.Bulk("server");
        output.Bulk("redis");
        output.Bulk("version");
        output.Bulk(ServerCommands.CompatibleVersion);
        output.Bulk("proto");
        output.Integer(session.Version);
        output.Bulk("id");
        output.Integer(session.Id);
        output.Bulk("mode");
        output.Bulk("standalone");
        output.Bulk("role");
        output.Bulk("master");
        output.Bulk("modules");
        output.Array(0);
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
