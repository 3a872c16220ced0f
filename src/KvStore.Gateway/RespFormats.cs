using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;
using MessagePack;
using ValueType = KvStore.State.ValueType;

namespace KvStore.Gateway;

/// <summary>The forms of replies.</summary>
internal static class RespFormats
{
    private const long MicrosPerMilli = 1000;
    private const long MillisPerSecond = 1000;

    /// <summary>A value, or none.</summary>
    public static bool Value(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil()) output.Null();
        else if (reply.TryReadBinary(out ReadOnlySpan<byte> value)) output.Bulk(value);
        else return false;
        return true;
    }

    public static bool Integer(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadInteger(out long value)) return false;
        output.Integer(value);
        return true;
    }

    /// <summary>An integer, or none.</summary>
    public static bool IntegerOrNull(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadNil()) return Integer(ref reply, output);
        output.Null();
        return true;
    }

    /// <summary>OK, or no value where nothing was done.</summary>
    public static bool OkOrNull(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil()) output.Null();
        else if (reply.TryReadTrue()) output.Ok();
        else return false;
        return true;
    }

    /// <summary>OK, for any reply.</summary>
    public static bool Ok(ref CanonicalReader reply, RespWriter output)
    {
        output.Ok();
        return reply.TryReadElement(out _);
    }

    /// <summary>1, or 0 where nothing was done.</summary>
    public static bool OneOrZero(ref CanonicalReader reply, RespWriter output)
    {
        bool done = reply.TryReadTrue();
        output.Integer(done ? 1 : 0);
        return done || reply.TryReadNil();
    }

    /// <summary>An array of values and numbers, or none.</summary>
    public static bool Array(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil())
        {
            output.NullArray();
            return true;
        }
        if (!reply.TryReadArray(out int count)) return false;
        output.Array(count);
        return Elements(ref reply, count, output);
    }

    /// <summary>An array of fields and values.</summary>
    public static bool Map(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadArray(out int count)) return false;
        output.Map(count / 2);
        return Elements(ref reply, count, output);
    }

    /// <summary>An array of fields and values: in the later version of the protocol, of pairs.</summary>
    public static bool Pairs(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadArray(out int count)) return false;
        bool inPairs = output.Version > 2;
        output.Array(inPairs ? count / 2 : count);
        for (int i = 0; i < count; i += 2)
        {
            if (inPairs) output.Array(2);
            if (!Value(ref reply, output) || !Value(ref reply, output)) return false;
        }
        return true;
    }

    /// <summary>A key and an array of values, or none.</summary>
    public static bool KeyAndArray(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil())
        {
            output.NullArray();
            return true;
        }
        if (!reply.TryReadArray(out int count) || count != 2) return false;
        output.Array(2);
        return Value(ref reply, output) && Array(ref reply, output);
    }

    /// <summary>An array of members.</summary>
    public static bool Set(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadArray(out int count)) return false;
        output.Set(count);
        return Elements(ref reply, count, output);
    }

    public static bool TypeName(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadInteger(out long type)) return false;
        output.Simple(NameOf((ValueType)type));
        return true;
    }

    /// <summary>Microseconds as seconds, rounded as Redis does.</summary>
    public static bool Seconds(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadInteger(out long micros)) return false;
        output.Integer(micros < 0 ? micros : (Millis(micros) + MillisPerSecond / 2) / MillisPerSecond);
        return true;
    }

    public static bool Milliseconds(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadInteger(out long micros)) return false;
        output.Integer(micros < 0 ? micros : Millis(micros));
        return true;
    }

    public static ReadOnlySpan<byte> NameOf(ValueType type) => type switch
    {
        ValueType.String => "string"u8,
        ValueType.Hash => "hash"u8,
        ValueType.List => "list"u8,
        ValueType.Set => "set"u8,
        ValueType.SortedSet => "zset"u8,
        _ => "none"u8,
    };

    // Rounded up: what is not over yet has some time left.
    private static long Millis(long micros) => (micros + MicrosPerMilli - 1) / MicrosPerMilli;

    private static bool Elements(ref CanonicalReader reply, int count, RespWriter output)
    {
        for (int i = 0; i < count; i++)
        {
            if (!(reply.Next == MessagePackType.Integer ? Integer(ref reply, output) : Value(ref reply, output)))
                return false;
        }
        return true;
    }
}
