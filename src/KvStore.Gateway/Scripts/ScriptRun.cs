using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Scripts;

/// <summary>
/// A script under way: what it was given, what it sees of its keys, what it wants to be written, and its reply. Does no
/// I/O.
/// </summary>
/// <param name="keys">KEYS.</param>
/// <param name="arguments">ARGV.</param>
/// <param name="entries">What the keys hold.</param>
/// <param name="nowMicros">The gateway's time, microseconds since the Unix epoch.</param>
internal sealed class ScriptRun(byte[][] keys, byte[][] arguments, ScriptEntry[] entries, long nowMicros)
{
    private const string NoString = "ERR Lua redis lib command arguments must be strings or integers";
    private const long MicrosPerMilli = 1000;

    public int KeyCount => keys.Length;

    /// <summary>What the keys hold.</summary>
    public ScriptEntry[] Entries => entries;

    /// <summary>The commands to be written, one behind the other…</summary>
    public ByteBuffer Writes { get; } = new();

    /// <summary>…and how many they are.</summary>
    public int WriteCount { get; private set; }

    /// <summary>Writes the reply.</summary>
    public Action<RespWriter> Reply { get; set; } = static output => output.Null();

    /// <summary>ARGV[number]; null if there is none.</summary>
    public byte[]? Argument(int number) => number <= arguments.Length ? arguments[number - 1] : null;

    /// <summary>GET of KEYS[number].</summary>
    public byte[]? Get(int number, string command = "get")
    {
        ScriptEntry entry = Entry(number, command);
        return entry.HoldsOther
            ? throw new ScriptException(command, RespErrors.Of(KvErrorCode.WrongType, command))
            : entry.Value;
    }

    /// <summary>MGET of one of the keys: none where it holds no string.</summary>
    public byte[]? GetAny(int number) => Entry(number, "mget").Value;

    public bool Exists(int number, string command = "exists") => Entry(number, command).Revision != 0;

    /// <summary>PTTL.</summary>
    public long TimeLeft(int number)
    {
        ScriptEntry entry = Entry(number, "pttl");
        if (entry.Revision == 0) return KeyCommands.NoSuchKey;
        if (entry.ExpiryMicros is not { } expiry) return KeyCommands.NeverExpires;
        return Math.Max(0, (expiry - nowMicros + MicrosPerMilli - 1) / MicrosPerMilli);
    }

    public void Delete(int number, string command)
    {
        Entry(number, command);
        Writes.Write(Opcode.Delete, keys[number - 1]);
        WriteCount++;
    }

    /// <summary>SET with PX. The time is an argument.</summary>
    public void Set(int number, int valueAt, int timeAt)
    {
        Entry(number, "set");
        byte[] value = Argument(valueAt) ?? throw new ScriptException("set", NoString);
        long millis = Integer("set", timeAt);
        if (millis <= 0 || !ExpiryTime.TryScale(millis, inSeconds: false, out long micros))
            throw new ScriptException("set", RespErrors.InvalidExpiry("set"));
        Writes.WritePut(keys[number - 1], value, WriteFlags.ExpiresIn, micros);
        WriteCount++;
    }

    /// <summary>MSET of one of the keys.</summary>
    public void Set(int number, int valueAt, string command)
    {
        Entry(number, command);
        byte[] value = Argument(valueAt) ?? throw new ScriptException(command, NoString);
        Writes.WritePut(keys[number - 1], value, WriteFlags.None, 0);
        WriteCount++;
    }

    /// <summary>PEXPIRE or EXPIRE of a key that exists. The time is an argument.</summary>
    public void Expire(int number, int timeAt, string command = "pexpire")
    {
        Entry(number, command);
        long amount = Integer(command, timeAt);
        if (!ExpiryTime.TryScale(amount, command == "expire", out long micros))
            throw new ScriptException(command, RespErrors.InvalidExpiry(command));
        if (micros > 0) Writes.WriteExpire(Opcode.Expire, keys[number - 1], WriteFlags.ExpiresIn, micros);
        else Writes.Write(Opcode.Delete, keys[number - 1]);
        WriteCount++;
    }

    /// <summary>The key expires so much later than it would. The time is an argument, milliseconds.</summary>
    public void Postpone(int number, int timeAt)
    {
        long millis = Integer("pexpire", timeAt);
        long expiry = Entry(number, "pexpire").ExpiryMicros!.Value;
        if (!ExpiryTime.TryScale(millis, inSeconds: false, out long micros)
            || micros > KvLimits.ExpiryMicrosMax - expiry)
            throw new ScriptException("pexpire", RespErrors.InvalidExpiry("pexpire"));
        Writes.WriteExpire(
            Opcode.Expire, keys[number - 1], WriteFlags.ExpiresAt, Math.Max(0, expiry + micros));
        WriteCount++;
    }

    /// <summary>Nothing is written after all.</summary>
    public void WithdrawAll()
    {
        Writes.Length = 0;
        WriteCount = 0;
    }

    private ScriptEntry Entry(int number, string command) =>
        number <= entries.Length ? entries[number - 1] : throw new ScriptException(command, NoString);

    private long Integer(string command, int argument)
    {
        byte[] text = Argument(argument) ?? throw new ScriptException(command, NoString);
        return IntegerText.TryParse(text, out long value)
            ? value
            : throw new ScriptException(command, RespErrors.NotAnInteger);
    }
}
