using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands about the connection itself.</summary>
internal static class ConnectionCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("ping", -1, Ping),
        new("echo", 2, Echo),
        new("select", 2, Select),
        new("auth", -2, Auth) { NeverQueued = true, BeforePassword = true },
        new("hello", -1, Hello) { NeverQueued = true, BeforePassword = true },
        new("client", -2, Client),
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
        if (!session.TryInteger(command, arguments[1], out long index)) return;
        if (index == 0) session.Ok(command);
        else session.Fail(command, "ERR DB index is out of range");
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
            session.Fail(command, "WRONGPASS invalid username-password pair or user is disabled.");
        }
    }

    /// <summary>HELLO [version [AUTH user password] [SETNAME name]]</summary>
    private static void Hello(RespSession session, RespCommand command, RespArguments arguments)
    {
        long version = session.Version;
        if (arguments.Count > 1 && !IntegerText.TryParse(arguments[1], out version))
        {
            session.Fail(command, "ERR Protocol version is not an integer or out of range");
            return;
        }
        if (version is not (2 or 3))
        {
            session.Fail(command, "NOPROTO unsupported protocol version");
            return;
        }
        byte[]? name = null;
        for (int i = 2; i < arguments.Count; i++)
        {
            if (Is(arguments[i], "auth") && i + 2 < arguments.Count)
            {
                if (!TryAuthenticate(session, arguments[i + 1], arguments[i + 2]))
                {
                    session.Fail(command, "WRONGPASS invalid username-password pair or user is disabled.");
                    return;
                }
                i += 2;
            }
            else if (Is(arguments[i], "setname") && i + 1 < arguments.Count)
            {
                name = arguments[++i].ToArray();
            }
            else
            {
                session.Fail(
                    command, $"ERR Syntax error in HELLO option '{RespErrors.Shown(arguments[i], int.MaxValue)}'");
                return;
            }
        }
        if (!session.IsAuthenticated)
        {
            session.Fail(
                command,
                "NOAUTH HELLO must be called with the client already authenticated, "
                + "otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client "
                + "and select the RESP protocol version at the same time");
            return;
        }
        // What was asked before is answered in the version spoken then.
        session.Next = connection =>
        {
            session.Version = connection.Output.Version = (int)version;
            if (name is not null) session.Name = name;
            WriteServer(connection.Output, session);
            return ValueTask.CompletedTask;
        };
    }

    private static void Client(RespSession session, RespCommand command, RespArguments arguments)
    {
        ReadOnlySpan<byte> what = arguments[1];
        if (Is(what, "setname") && arguments.Count == 3)
        {
            if (arguments[2].ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                session.Fail(command, "ERR Client names cannot contain spaces, newlines or special characters.");
                return;
            }
            session.Name = arguments[2].ToArray();
            session.Ok(command);
        }
        else if (Is(what, "getname") && arguments.Count == 2)
        {
            RespWriter output = session.BeginAnswer(out int start);
            if (session.Name.Length == 0) output.Null();
            else output.Bulk(session.Name);
            session.EndAnswer(command, start);
        }
        else if (Is(what, "id") && arguments.Count == 2)
        {
            session.BeginAnswer(out int start).Integer(session.Id);
            session.EndAnswer(command, start);
        }
        else if (Is(what, "setinfo") && arguments.Count == 4
            || (Is(what, "no-evict") || Is(what, "no-touch")) && arguments.Count == 3)
        {
            session.Ok(command);
        }
        else
        {
            ServerCommands.UnknownSubcommand(session, command, what, "CLIENT");
        }
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
