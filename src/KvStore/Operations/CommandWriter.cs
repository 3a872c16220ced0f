using BftCloud.Primitives;

namespace KvStore.Operations;

/// <summary>Writes commands as docs/spec/kv/operations.md lists them.</summary>
internal static class CommandWriter
{
    /// <summary>Begins a command of which so many arguments will be written.</summary>
    public static void Begin(this ByteBuffer buffer, Opcode opcode, int arguments)
    {
        CanonicalWriter writer = new(buffer);
        writer.Begin(opcode, arguments);
        writer.Flush();
    }

    /// <summary>A command whose only argument is a key, or that has none but a first one.</summary>
    public static void Write(this ByteBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key)
    {
        CanonicalWriter writer = new(buffer);
        writer.Begin(opcode, 1);
        writer.WriteBinary(key);
        writer.Flush();
    }

    /// <summary>A command on a key with an integer.</summary>
    public static void Write(this ByteBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, long argument)
    {
        CanonicalWriter writer = new(buffer);
        writer.Begin(opcode, 2);
        writer.WriteBinary(key);
        writer.WriteInteger(argument);
        writer.Flush();
    }

    /// <summary>A command on a key with a binary.</summary>
    public static void Write(this ByteBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, ReadOnlySpan<byte> argument)
    {
        CanonicalWriter writer = new(buffer);
        writer.Begin(opcode, 2);
        writer.WriteBinary(key);
        writer.WriteBinary(argument);
        writer.Flush();
    }

    /// <summary>Put. <paramref name="expiryMicros"/> counts only with a flag that needs it.</summary>
    public static void WritePut(
        this ByteBuffer buffer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, WriteFlags flags, long expiryMicros)
    {
        bool tellsTime = TellsTime(flags);
        CanonicalWriter writer = new(buffer);
        writer.Begin(Opcode.Put, tellsTime ? 4 : 3);
        writer.WriteBinary(key);
        writer.WriteBinary(value);
        writer.WriteInteger((long)flags);
        if (tellsTime) writer.WriteInteger(expiryMicros);
        writer.Flush();
    }

    /// <summary>
    /// Expire and GetAndExpire. <paramref name="expiryMicros"/> counts only with a flag that needs it.
    /// </summary>
    public static void WriteExpire(
        this ByteBuffer buffer, Opcode opcode, ReadOnlySpan<byte> key, WriteFlags flags, long expiryMicros)
    {
        bool tellsTime = TellsTime(flags);
        CanonicalWriter writer = new(buffer);
        writer.Begin(opcode, tellsTime ? 3 : 2);
        writer.WriteBinary(key);
        writer.WriteInteger((long)flags);
        if (tellsTime) writer.WriteInteger(expiryMicros);
        writer.Flush();
    }

    /// <summary>Keys below a prefix; <paramref name="after"/> continues an earlier listing.</summary>
    public static void WriteList(
        this ByteBuffer buffer, ReadOnlySpan<byte> prefix, ListingFlags flags, byte[]? after, int limit)
    {
        CanonicalWriter writer = new(buffer);
        writer.Begin(Opcode.List, 4);
        writer.WriteBinary(prefix);
        writer.WriteInteger((long)flags);
        if (after is null) writer.WriteNil();
        else writer.WriteBinary(after);
        writer.WriteInteger(limit);
        writer.Flush();
    }

    private static void Begin(this ref CanonicalWriter writer, Opcode opcode, int arguments)
    {
        writer.WriteArrayHeader(1 + arguments);
        writer.WriteInteger((long)opcode);
    }

    private static bool TellsTime(WriteFlags flags) => (flags & (WriteFlags.ExpiresIn | WriteFlags.ExpiresAt)) != 0;
}
