using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>
/// One connection's commands: bytes in, bytes out, and what is in between. A state machine without sockets, clocks and
/// threads; its owner has the store for itself while it takes a step.
/// <para>States: authenticating, command, keys of a get, value that is received, value that is sent, bytes to be passed
/// over, closing. What a step does is bounded by its input and by the room for replies. What a connection holds between
/// steps is bounded by the owner's input: a long value waits in the store's memory.</para>
/// </summary>
internal sealed class Session
{
    /// <summary>The longest reply to a command, without a value and without those of stats.</summary>
    public const int ReplyBytesMax = 2048;

    /// <summary>A line without an end in so many bytes is no command, unless it is a get.</summary>
    public const int LineBytesMax = 2048;

    private const byte BinaryMagic = 0x80;
    private const int BlanksMax = 100;

    private readonly Exchange _exchange;
    private readonly KeyWalk _keys;
    private readonly UserList? _users;
    private readonly int _inputBytesMax;
    private bool _isAuthenticated;
    private bool _hasBegun;
    private int _filled;
    private byte _lastByte;

    /// <param name="store">The items.</param>
    /// <param name="server">What stats tells beside.</param>
    /// <param name="users">One of these has to be named first; null: none.</param>
    /// <param name="inputBytesMax">The most input that the owner holds until a step has taken it.</param>
    public Session(CacheStore store, IServerFacts server, UserList? users, int inputBytesMax)
    {
        _exchange = new Exchange(store, server);
        _keys = new KeyWalk(_exchange);
        (_users, _inputBytesMax, _isAuthenticated) = (users, inputBytesMax, users is null);
    }

    /// <summary>
    /// Takes what it can of the input, and answers as far as there is room.
    /// </summary>
    /// <param name="input">What has come and was not consumed yet.</param>
    /// <param name="output">Where replies go; at least <see cref="StatsCommand.ReplyBytesMax"/> long.</param>
    /// <param name="commandsMax">How many commands are a turn.</param>
    /// <param name="consumed">How many bytes of the input are done with.</param>
    public Progress Step(ReadOnlySpan<byte> input, ReplyBuffer output, int commandsMax, out int consumed)
    {
        consumed = 0;
        _exchange.Output = output;
        for (int commands = 0; ;)
        {
            if (_exchange.Closes) return Progress.Closes;
            if (_exchange.Sending != 0 && !_exchange.ContinueSending()) return Progress.OutputFull;
            if (!_keys.TryEnd()) return Progress.OutputFull;
            if (output.Room < ReplyBytesMax) return Progress.OutputFull;
            ReadOnlySpan<byte> rest = input[consumed..];
            if (rest.IsEmpty && !_keys.IsUnderWay) return Progress.NeedsInput;
            int taken;
            Progress progress;
            if (_keys.IsUnderWay) progress = _keys.Continue(rest, out taken);
            else if (_exchange.Receiving != 0) progress = Receive(rest, out taken);
            else if (_exchange.Swallowing > 0) progress = Swallow(rest, out taken);
            else if (commands++ == commandsMax) return Yield();
            else progress = TakeLine(rest, out taken);
            consumed += taken;
            if (progress != Progress.GoesOn) return progress;
        }
    }

    /// <summary>Lets go of what is under way, because the connection has ended.</summary>
    public void Abandon() => _exchange.Abandon();

    private Progress Yield()
    {
        _exchange.Store.Counters.Yields++;
        return Progress.Yields;
    }

    private Progress Swallow(ReadOnlySpan<byte> input, out int taken)
    {
        taken = (int)Math.Min(input.Length, _exchange.Swallowing);
        _exchange.Swallowing -= taken;
        return Progress.GoesOn;
    }

    private Progress Receive(ReadOnlySpan<byte> input, out int taken)
    {
        CacheStore store = _exchange.Store;
        int length = store.At(_exchange.Receiving).ValueLength;
        taken = Math.Min(input.Length, length + Texts.End.Length - _filled);
        int ofValue = Math.Clamp(length - _filled, 0, taken);
        store.Fill(_exchange.Receiving, _filled, input[..ofValue]);
        bool isEnd = _filled + taken == length + Texts.End.Length;
        // The end may come in two parts.
        ReadOnlySpan<byte> end = [taken > 1 ? input[taken - 2] : _lastByte, input[taken - 1]];
        _lastByte = input[taken - 1];
        _filled += taken;
        if (!isEnd) return Progress.NeedsInput;
        _filled = 0;
        if (!end.SequenceEqual(Texts.End))
        {
            store.Counters.Sets++;
            store.Abandon(_exchange.Receiving);
            _exchange.EndReceiving();
            if (_exchange.IsMeta) _exchange.ReplyAlways(Texts.BadChunk);
            else _exchange.Reply(Texts.BadChunk);
        }
        else if (_exchange.IsMeta)
        {
            MetaSetCommand.Finish(_exchange);
        }
        else
        {
            StorageCommands.Finish(_exchange);
        }
        return Progress.GoesOn;
    }

    private Progress TakeLine(ReadOnlySpan<byte> input, out int taken)
    {
        taken = 0;
        _exchange.NoReply = false;
        if (!_hasBegun && input[0] == BinaryMagic) return Close(Texts.NoBinary);
        _hasBegun = true;
        int end = input.IndexOf((byte)'\n');
        if (end < 0) return WithoutEnd(input, out taken);
        taken = end + 1;
        ReadOnlySpan<byte> line = input[..end];
        if (line is [_, .., (byte)'\r']) line = line[..^1];
        int nul = line.IndexOf((byte)0);
        if (nul >= 0) line = line[..nul];
        if (!_isAuthenticated) return Authenticate(line, input[taken..], ref taken);
        Progress progress = Execute(line, input[taken..], ref taken);
        if (progress != Progress.GoesOn) taken = 0;
        return progress;
    }

    private Progress WithoutEnd(ReadOnlySpan<byte> input, out int taken)
    {
        taken = 0;
        if (input.Length <= LineBytesMax) return Progress.NeedsInput;
        int blanks = input.IndexOfAnyExcept((byte)' ');
        ReadOnlySpan<byte> line = blanks < 0 ? [] : input[blanks..];
        bool withCas = line.StartsWith("gets "u8), isGet = withCas || line.StartsWith("get "u8);
        if (!_isAuthenticated || !isGet || blanks > BlanksMax) return Close([]);
        if (input.Length < _inputBytesMax) return Progress.NeedsInput;
        taken = blanks + (withCas ? "gets "u8 : "get "u8).Length;
        _keys.Begin(withCas, null, left: -1, behind: 0);
        return Progress.GoesOn;
    }

    private Progress Close(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty) _exchange.Reply(text);
        _exchange.Closes = true;
        return Progress.Closes;
    }

    /// <summary>As in memcached: the value of a first set is a user and a password.</summary>
    private Progress Authenticate(ReadOnlySpan<byte> line, ReadOnlySpan<byte> following, ref int taken)
    {
        Tokens tokens = new(line);
        if (tokens.Count < 5 || !tokens[0].SequenceEqual("set"u8)
            || !NumberText.TryParse(tokens[4], out uint length))
        {
            _exchange.Reply(Texts.Unauthenticated);
            return Progress.GoesOn;
        }
        if (length > LineBytesMax) return Close(Texts.Unauthenticated);
        ValueInput input = new(following, ref taken);
        if (!input.Holds((int)length))
        {
            taken = 0;
            return Progress.NeedsInput;
        }
        if (!input.TryTake((int)length, out ReadOnlySpan<byte> value))
        {
            _exchange.Reply("CLIENT_ERROR bad command line termination"u8);
            return Progress.GoesOn;
        }
        Tokens credentials = new(value);
        if (credentials.Count < 2)
        {
            _exchange.Reply("CLIENT_ERROR bad authentication token format"u8);
            return Progress.GoesOn;
        }
        CacheCounters counters = _exchange.Store.Counters;
        counters.AuthAttempts++;
        _isAuthenticated = _users!.IsRight(credentials[0], credentials[1]);
        if (!_isAuthenticated) counters.AuthErrors++;
        _exchange.Reply(_isAuthenticated ? "STORED"u8 : "CLIENT_ERROR authentication failure"u8);
        return Progress.GoesOn;
    }

    private Progress Execute(ReadOnlySpan<byte> line, ReadOnlySpan<byte> following, ref int taken)
    {
        int start = line.IndexOfAnyExcept((byte)' ');
        ReadOnlySpan<byte> name = start < 0 ? [] : line[start..];
        int length = name.IndexOf((byte)' ');
        if (length >= 0) name = name[..length];
        if (name.Length < 2)
        {
            _exchange.Reply(Texts.Error);
            return Progress.GoesOn;
        }
        if (name[0] == 'g' || name.SequenceEqual("bget"u8)) return Get(name, line, start + name.Length, ref taken);
        Tokens tokens = new(line);
        ValueInput input = new(following, ref taken);
        int waitsFor = Math.Max(0, _inputBytesMax - taken - Texts.End.Length);
        if (name[0] == 'm' && name.Length == 2) return Meta(name[1], tokens, input, waitsFor);
        StoreMode? mode = ModeOf(name);
        if (mode is { } stores) return StorageCommands.Execute(_exchange, stores, tokens, input, waitsFor);
        return Other(name, tokens);
    }

    private static StoreMode? ModeOf(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("set"u8) => StoreMode.Set,
        _ when name.SequenceEqual("add"u8) => StoreMode.Add,
        _ when name.SequenceEqual("cas"u8) => StoreMode.Cas,
        _ when name.SequenceEqual("replace"u8) => StoreMode.Replace,
        _ when name.SequenceEqual("append"u8) => StoreMode.Append,
        _ when name.SequenceEqual("prepend"u8) => StoreMode.Prepend,
        _ => null,
    };

    /// <summary>Begins to answer a get whose line has come as a whole.</summary>
    private Progress Get(ReadOnlySpan<byte> name, ReadOnlySpan<byte> line, int at, ref int taken)
    {
        bool withCas = name[^1] == 's', touches = name[1] == 'a';
        bool isKnown = name.SequenceEqual("get"u8) || name.SequenceEqual("gets"u8) || name.SequenceEqual("gat"u8)
            || name.SequenceEqual("gats"u8) || name.SequenceEqual("bget"u8);
        ReadOnlySpan<byte> keys = line[at..].TrimStart((byte)' ');
        if (!isKnown || keys.IsEmpty)
        {
            _exchange.Reply(Texts.Error);
            return Progress.GoesOn;
        }
        uint? expiresAt = null;
        if (touches)
        {
            int end = keys.IndexOf((byte)' ');
            if (!NumberText.TryParse(end < 0 ? keys : keys[..end], out int seconds))
            {
                _exchange.Reply(Texts.BadExpiry);
                return Progress.GoesOn;
            }
            expiresAt = _exchange.ExpiryOf(seconds);
            keys = end < 0 ? [] : keys[end..].TrimStart((byte)' ');
        }
        if (KeyWalk.HasTooLong(keys))
        {
            _exchange.Reply(Texts.BadFormat);
            return Progress.GoesOn;
        }
        int before = line.Length - keys.Length;
        _keys.Begin(withCas, expiresAt, keys.Length, behind: taken - before - keys.Length);
        taken = before;
        return Progress.GoesOn;
    }

    private Progress Meta(byte letter, in Tokens tokens, ValueInput input, int waitsFor)
    {
        switch ((char)letter)
        {
            case 'g':
                MetaGetCommand.Execute(_exchange, tokens);
                break;
            case 's':
                return MetaSetCommand.Execute(_exchange, tokens, input, waitsFor);
            case 'd':
                MetaDeleteCommand.Execute(_exchange, tokens);
                break;
            case 'a':
                MetaArithmeticCommand.Execute(_exchange, tokens);
                break;
            case 'e':
                MetaDebugCommand.Execute(_exchange, tokens);
                break;
            case 'n':
                _exchange.Reply("MN"u8);
                break;
            default:
                _exchange.Reply(Texts.Error);
                break;
        }
        return Progress.GoesOn;
    }

    private Progress Other(ReadOnlySpan<byte> name, in Tokens tokens)
    {
        if (name.SequenceEqual("incr"u8)) OtherCommands.Add(_exchange, tokens, increments: true);
        else if (name.SequenceEqual("decr"u8)) OtherCommands.Add(_exchange, tokens, increments: false);
        else if (name.SequenceEqual("delete"u8)) OtherCommands.Delete(_exchange, tokens);
        else if (name.SequenceEqual("touch"u8)) OtherCommands.Touch(_exchange, tokens);
        else if (name.SequenceEqual("version"u8)) _exchange.Reply("VERSION 1.6.18"u8);
        else if (name.SequenceEqual("flush_all"u8)) OtherCommands.FlushAll(_exchange, tokens);
        else if (name.SequenceEqual("verbosity"u8)) OtherCommands.Verbosity(_exchange, tokens);
        else if (name.SequenceEqual("cache_memlimit"u8)) OtherCommands.MemoryLimit(_exchange, tokens);
        else if (name.SequenceEqual("shutdown"u8)) _exchange.Reply("ERROR: shutdown not enabled"u8);
        else if (name.SequenceEqual("quit"u8) || IsHttp(name, tokens)) _exchange.Closes = true;
        else if (!name.SequenceEqual("stats"u8)) _exchange.Reply(Texts.Error);
        else if (_exchange.Output.Room < StatsCommand.ReplyBytesMax) return Progress.OutputFull;
        else StatsCommand.Execute(_exchange, tokens);
        return Progress.GoesOn;
    }

    /// <summary>A request of a browser: its headers are not to be taken for commands.</summary>
    private static bool IsHttp(ReadOnlySpan<byte> name, in Tokens tokens) =>
        !name.ContainsAnyInRange((byte)'a', (byte)'z') && tokens.Last.StartsWith("HTTP/"u8);
}
