namespace KvStore.Operations;

/// <summary>Writes commands as docs/spec/kv.md lists them.</summary>
internal static class CommandWriter
{
    /// <summary>Begins a command of which so many arguments will be written.</summary>
    public static void Begin(this PackBuffer buffer, Opcode opcode, int arguments)
    {
        buffer.WriteArray(1 + arguments);
        buffer.WriteInteger((long)opcode);
    }

    /// <summary>A command whose only argument is a key, or that has none but a first one.</summary>
    public static void Write(this PackBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key)
    {
        buffer.Begin(opcode, 1);
        buffer.WriteBinary(key);
    }

    /// <summary>A command on a key with an integer.</summary>
    public static void Write(this PackBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, long argument)
    {
        buffer.Begin(opcode, 2);
        buffer.WriteBinary(key);
        buffer.WriteInteger(argument);
    }

    /// <summary>A command on a key with a binary.</summary>
    public static void Write(this PackBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, ReadOnlySpan<byte> argument)
    {
        buffer.Begin(opcode, 2);
        buffer.WriteBinary(key);
        buffer.WriteBinary(argument);
    }

    /// <summary>Put. <paramref name="expiryMicros"/> counts only with a flag that needs it.</summary>
    public static void WritePut(this PackBuffer buffer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, WriteFlags flags, long expiryMicros)
    {
        bool tellsTime = TellsTime(flags);
        buffer.Begin(Opcode.Put, tellsTime ? 4 : 3);
        buffer.WriteBinary(key);
        buffer.WriteBinary(value);
        buffer.WriteInteger((long)flags);
        if (tellsTime) buffer.WriteInteger(expiryMicros);
    }

    /// <summary>Expire and GetAndExpire. <paramref name="expiryMicros"/> counts only with a flag that needs it.</summary>
    public static void WriteExpire(this PackBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, WriteFlags flags, long expiryMicros)
    {
        bool tellsTime = TellsTime(flags);
        buffer.Begin(opcode, tellsTime ? 3 : 2);
        buffer.WriteBinary(key);
        buffer.WriteInteger((long)flags);
        if (tellsTime) buffer.WriteInteger(expiryMicros);
    }

    /// <summary>Keys below a prefix; <paramref name="after"/> continues an earlier listing.</summary>
    public static void WriteList(this PackBuffer buffer, ReadOnlySpan<byte> prefix, ListingFlags flags, byte[]? after, int limit)
    {
        buffer.Begin(Opcode.List, 4);
        buffer.WriteBinary(prefix);
        buffer.WriteInteger((long)flags);
        if (after is null) buffer.WriteNil();
        else buffer.WriteBinary(after);
        buffer.WriteInteger(limit);
    }

    private static bool TellsTime(WriteFlags flags) => (flags & (WriteFlags.ExpiresIn | WriteFlags.ExpiresAt)) != 0;
}
