using System.Buffers.Text;
using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.Gateway.Protocol;
using ValueType = KvStore.State.ValueType;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on keys of any type.</summary>
internal static class KeyspaceCommands
{
    private const int ScanCountDefault = 10;

    /// <summary>What a key in a reply takes besides its bytes, about.</summary>
    private const int ReplyOverheadBytes = 48;

    public static IEnumerable<RespCommand> All =>
    [
        new("del", -2, static (s, c, a) => OnKeys(s, c, a, s.Write(), Opcode.Delete)),
        new("unlink", -2, static (s, c, a) => OnKeys(s, c, a, s.Write(), Opcode.Delete)),
        new("exists", -2, static (s, c, a) => OnKeys(s, c, a, s.Read(), Opcode.Exists)),
        new("touch", -2, static (s, c, a) => OnKeys(s, c, a, s.Read(), Opcode.Exists)),
        new("type", 2, TypeOf),
        new("rename", 3, static (s, c, a) => OnTwoKeys(s, c, a, Opcode.Rename, WriteFlags.None, RespFormats.Ok)),
        new(
            "renamenx", 3,
            static (s, c, a) => OnTwoKeys(s, c, a, Opcode.Rename, WriteFlags.IfAbsent, RespFormats.Integer)),
        new("copy", -3, Copy),
        new("keys", 2, Keys),
        new("scan", -2, Scan),
    ];

    private static void OnKeys(
        RespSession session, RespCommand command, RespArguments arguments, ByteBuffer operation, Opcode opcode)
    {
        operation.Begin(opcode, arguments.Count - 1);
        for (int i = 1; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void TypeOf(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Write(Opcode.TypeOf, arguments[1]);
        session.Expect(command, RespFormats.TypeName);
    }

    private static void OnTwoKeys(
        RespSession session, RespCommand command, RespArguments arguments, Opcode opcode, WriteFlags flags,
        RespFormat format)
    {
        ByteBuffer operation = session.Write();
        operation.Begin(opcode, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[2]);
        operation.WriteInteger((long)flags);
        session.Expect(command, format);
    }

    /// <summary>COPY source destination [DB database] [REPLACE]</summary>
    private static void Copy(RespSession session, RespCommand command, RespArguments arguments)
    {
        WriteFlags flags = WriteFlags.IfAbsent;
        for (int i = 3; i < arguments.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(arguments[i], "replace"))
            {
                flags = WriteFlags.None;
            }
            else if (i + 1 < arguments.Count && Ascii.EqualsIgnoreCase(arguments[i], "db"))
            {
                if (!session.TryInteger(command, arguments[++i], int.MinValue, int.MaxValue, out long index)) return;
                if (index == 0) continue;
                session.Fail(command, RespErrors.DatabaseOutOfRange);
                return;
            }
            else
            {
                session.Fail(command, RespErrors.Syntax);
                return;
            }
        }
        if (arguments[1].SequenceEqual(arguments[2])) session.Fail(command, RespErrors.SameObject);
        else OnTwoKeys(session, command, arguments, Opcode.Copy, flags, RespFormats.Integer);
    }

    /// <summary>Listed page by page, as one listing may be longer than one reply; within MULTI as one page.</summary>
    private static void Keys(RespSession session, RespCommand command, RespArguments arguments)
    {
        Glob pattern = new(arguments[1]);
        if (!session.IsQueueing)
        {
            session.Next = connection => KeysAsync(session, connection, pattern);
            return;
        }
        session.Read().WriteList(pattern.LiteralPrefix, ListingFlags.None, null, KvLimits.ListEntriesMax);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            List<byte[]> found = [];
            if (!TryReadKeys(ref reply, pattern, found, out byte[]? after)) return false;
            if (after is null) Write(output, found);
            else output.Error($"ERR KEYS within MULTI lists at most {KvLimits.ListEntriesMax} keys; use SCAN");
            return true;
        });
    }

    private static async ValueTask KeysAsync(RespSession session, RespConnection connection, Glob pattern)
    {
        List<byte[]> found = [];
        byte[]? after = null;
        long bytes = 0;
        int counted = 0;
        try
        {
            do
            {
                ByteBuffer operation = new();
                operation.WriteList(pattern.LiteralPrefix, ListingFlags.None, after, KvLimits.ListEntriesMax);
                ReadOnlyMemory<byte> reply = await session.Gateway.ReadAsync(
                    operation.WrittenMemory).ConfigureAwait(false);
                if (!TryReadKeys(reply, pattern, found, out after))
                    throw new InvalidDataException("a listing has an unknown form");
                for (; counted < found.Count; counted++) bytes += found[counted].Length + ReplyOverheadBytes;
                if (!session.Gateway.ReplyMemory.Fits(bytes))
                {
                    connection.Output.Error("ERR the keys would take more memory than the gateway keeps; use SCAN");
                    return;
                }
            }
            while (after is not null);
            Write(connection.Output, found);
        }
#pragma warning disable CA1031 // The client is told of any error.
        catch (Exception e)
        {
            connection.Output.Error(RespErrors.Of(e));
        }
#pragma warning restore CA1031
    }

    /// <summary>SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]</summary>
    private static void Scan(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!TryReadCursor(session, command, arguments[1], out byte[]? after)) return;
        if (ErrorOfOptions(arguments, 2, takesType: true, out Glob? pattern, out int count, out string? type)
            is { } error)
        {
            session.Fail(command, error);
            return;
        }
        session.Read().WriteList(
            pattern?.LiteralPrefix, type is null ? ListingFlags.None : ListingFlags.Types, after, count);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            List<byte[]> found = [];
            if (!reply.TryReadArray(out int elements) || !TryReadAfter(ref reply, out byte[]? next)) return false;
            for (int i = 1; i < elements; i++)
            {
                if (!reply.TryReadBinary(out ReadOnlySpan<byte> key)) return false;
                bool matches = pattern is null || pattern.IsMatch(key);
                if (type is not null)
                {
                    if (++i == elements || !reply.TryReadInteger(out long held)) return false;
                    matches &= Ascii.EqualsIgnoreCase(RespFormats.NameOf((ValueType)held), type);
                }
                if (matches) found.Add(key.ToArray());
            }
            WriteCursor(session, output, next);
            Write(output, found);
            return true;
        });
    }

    /// <summary>
    /// Reads the cursor of SCAN and its like: null at the beginning. Otherwise answers with an error.
    /// </summary>
    public static bool TryReadCursor(
        RespSession session, RespCommand command, ReadOnlySpan<byte> text, out byte[]? after)
    {
        after = null;
        if (text.IsEmpty) return true; // Redis reads it as 0
        if (!Utf8Parser.TryParse(text, out ulong cursor, out int length) || length != text.Length)
        {
            session.Fail(command, RespErrors.InvalidCursor);
            return false;
        }
        if (cursor == 0 || session.Gateway.Cursors.TryGet(cursor, out after)) return true;
        session.Fail(
            command, $"{RespErrors.InvalidCursor}: it is too old, or another gateway's; begin again with cursor 0");
        return false;
    }

    /// <summary>Reads the options of SCAN and its like. Null, or the error.</summary>
    public static string? ErrorOfOptions(
        RespArguments arguments, int first, bool takesType, out Glob? pattern, out int count, out string? type)
    {
        pattern = null;
        count = ScanCountDefault;
        type = null;
        for (int i = first; i < arguments.Count; i += 2)
        {
            bool hasValue = i + 1 < arguments.Count;
            if (hasValue && Ascii.EqualsIgnoreCase(arguments[i], "count"))
            {
                if (!IntegerText.TryParse(arguments[i + 1], out long wanted)) return RespErrors.NotAnInteger;
                if (wanted < 1) return RespErrors.Syntax;
                count = (int)Math.Min(wanted, KvLimits.ListEntriesMax);
            }
            else if (hasValue && Ascii.EqualsIgnoreCase(arguments[i], "match"))
            {
                pattern = new Glob(arguments[i + 1]);
            }
            else if (hasValue && takesType && Ascii.EqualsIgnoreCase(arguments[i], "type"))
            {
                type = Encoding.Latin1.GetString(arguments[i + 1]);
            }
            else
            {
                return RespErrors.Syntax;
            }
        }
        return null;
    }

    /// <summary>The reply of a scan under a key that does not exist.</summary>
    public static void WriteEmptyScan(RespWriter output)
    {
        output.Array(2);
        output.Bulk("0");
        output.Array(0);
    }

    /// <summary>Begins the reply of SCAN and its like: two elements, the cursor first.</summary>
    public static void WriteCursor(RespSession session, RespWriter output, byte[]? after)
    {
        output.Array(2);
        output.Bulk(
            after is null ? "0" : session.Gateway.Cursors.Remember(after).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the first element of a listing: after what to go on.</summary>
    public static bool TryReadAfter(ref CanonicalReader reply, out byte[]? after)
    {
        after = null;
        if (reply.TryReadNil()) return true;
        bool read = reply.TryReadBinary(out ReadOnlySpan<byte> key);
        after = key.ToArray();
        return read;
    }

    private static bool TryReadKeys(ReadOnlyMemory<byte> reply, Glob pattern, List<byte[]> found, out byte[]? after)
    {
        CanonicalReader reader = new(reply);
        return TryReadKeys(ref reader, pattern, found, out after);
    }

    private static bool TryReadKeys(ref CanonicalReader reply, Glob pattern, List<byte[]> found, out byte[]? after)
    {
        after = null;
        if (!reply.TryReadArray(out int elements) || !TryReadAfter(ref reply, out after)) return false;
        for (int i = 1; i < elements; i++)
        {
            if (!reply.TryReadBinary(out ReadOnlySpan<byte> key)) return false;
            if (pattern.IsMatch(key)) found.Add(key.ToArray());
        }
        return true;
    }

    private static void Write(RespWriter output, List<byte[]> keys)
    {
        output.Array(keys.Count);
        foreach (byte[] key in keys) output.Bulk(key);
    }
}
