using System.Globalization;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>
/// What the string commands mean, as plainly as it can be said. Latin-1 strings stand for bytes; replies are as
/// <see cref="Op.Read(ReadOnlySpan{byte})"/> gives them.
/// </summary>
internal sealed class StoreModel
{
    private sealed record Held(string Value, long ExpiresAt = long.MaxValue);

    private readonly SortedDictionary<string, Held> _entries = new(StringComparer.Ordinal);

    public long NowMicros { get; set; }

    public object? Put(string key, string value, WriteFlags flags, long amount)
    {
        Held? old = Find(key);
        bool writes = (!flags.HasFlag(WriteFlags.IfAbsent) || old is null)
            && (!flags.HasFlag(WriteFlags.IfPresent) || old is not null);
        if (writes)
        {
            long expiresAt = flags.HasFlag(WriteFlags.ExpiresIn) ? NowMicros + amount
                : flags.HasFlag(WriteFlags.ExpiresAt) ? amount
                : flags.HasFlag(WriteFlags.KeepExpiry) && old is not null ? old.ExpiresAt
                : long.MaxValue;
            _entries[key] = new Held(value, expiresAt);
        }
        return flags.HasFlag(WriteFlags.ReturnOld) ? old?.Value : writes ? true : null;
    }

    public object? Get(string key) => Find(key)?.Value;

    public object? Delete(params string[] keys) => (long)keys.Count(k => Find(k) is not null && _entries.Remove(k));

    public object? Exists(params string[] keys) => (long)keys.Count(k => Find(k) is not null);

    public object? Increment(string key, long delta)
    {
        Held held = Find(key) ?? new Held("0");
        if (!long.TryParse(held.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            || value.ToString(CultureInfo.InvariantCulture) != held.Value) return KvErrorCode.NotAnInteger;
        Int128 sum = (Int128)value + delta;
        if (sum > long.MaxValue || sum < long.MinValue) return KvErrorCode.Overflow;
        _entries[key] = held with { Value = ((long)sum).ToString(CultureInfo.InvariantCulture) };
        return (long)sum;
    }

    public object? Append(string key, string suffix)
    {
        Held held = Find(key) ?? new Held("");
        held = held with { Value = held.Value + suffix };
        _entries[key] = held;
        return (long)held.Value.Length;
    }

    public object? SetRange(string key, int offset, string part)
    {
        Held? held = Find(key);
        if (part.Length == 0) return (long)(held?.Value.Length ?? 0);
        string value = (held?.Value ?? "").PadRight(offset + part.Length, '\0');
        held = (held ?? new Held("")) with { Value = value[..offset] + part + value[(offset + part.Length)..] };
        _entries[key] = held;
        return (long)held.Value.Length;
    }

    public object? SetBit(string key, int offset, int bit)
    {
        Held held = Find(key) ?? new Held("");
        char[] bytes = held.Value.PadRight(offset / 8 + 1, '\0').ToCharArray();
        int mask = 0x80 >> (offset % 8), before = bytes[offset / 8] & mask;
        bytes[offset / 8] = (char)(bytes[offset / 8] & ~mask | (bit == 1 ? mask : 0));
        _entries[key] = held with { Value = new string(bytes) };
        return before == 0 ? 0L : 1L;
    }

    public object? GetBit(string key, int offset) => Bits(key).ElementAtOrDefault(offset) ? 1L : 0L;

    /// <summary>Of indices within the string.</summary>
    public object? BitCount(string key, int start, int end) =>
        (long)Bits(key).Skip(start).Take(end - start + 1).Count(static b => b);

    /// <summary>As <see cref="BitCount"/>.</summary>
    public object? BitPosition(string key, int bit, int start, int end)
    {
        if (Find(key) is null) return bit == 1 ? -1L : 0L;
        bool[] bits = Bits(key);
        for (int i = start; i <= end && i < bits.Length; i++)
            if (bits[i] == (bit == 1)) return (long)i;
        return -1L;
    }

    public object? BitCombine(BitCombination how, string to, params string[] keys)
    {
        string[] values = [.. keys.Select(k => Find(k)?.Value ?? "")];
        char[] result = new char[values.Max(static v => v.Length)];
        for (int i = 0; i < result.Length; i++)
        {
            int[] bytes = [.. values.Select(v => (int)v.ElementAtOrDefault(i))];
            result[i] = (char)(how switch
            {
                BitCombination.And => bytes.Aggregate(static (a, b) => a & b),
                BitCombination.Or => bytes.Aggregate(static (a, b) => a | b),
                BitCombination.Xor => bytes.Aggregate(static (a, b) => a ^ b),
                _ => ~bytes[0] & 0xff,
            });
        }
        if (result.Length > 0) _entries[to] = new Held(new string(result));
        else _entries.Remove(to);
        return (long)result.Length;
    }

    public object? Copy(string from, string to, WriteFlags flags)
    {
        if (Find(from) is not { } held || flags == WriteFlags.IfAbsent && Find(to) is not null) return 0L;
        _entries[to] = held;
        return 1L;
    }

    public object? CompareAndSet(string key, string? expected, string? value)
    {
        Held? held = Find(key);
        if (held?.Value != expected) return held?.Value;
        if (value is not null) _entries[key] = new Held(value);
        else _entries.Remove(key);
        return true;
    }

    public object? Expire(string key, long inMicros)
    {
        if (Find(key) is not { } held) return 0L;
        if (inMicros <= 0) _entries.Remove(key);
        else _entries[key] = held with { ExpiresAt = NowMicros + inMicros };
        return 1L;
    }

    public object? Persist(string key)
    {
        if (Find(key) is not { ExpiresAt: < long.MaxValue } held) return 0L;
        _entries[key] = held with { ExpiresAt = long.MaxValue };
        return 1L;
    }

    public object? TimeToLive(string key) =>
        Find(key) is not { } held ? -2L : held.ExpiresAt == long.MaxValue ? -1L : held.ExpiresAt - NowMicros;

    /// <summary>All visible keys with their values.</summary>
    public object?[] List(string prefix) =>
        [.. _entries.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal) && e.Value.ExpiresAt > NowMicros)
            .SelectMany(e => new object?[] { e.Key, e.Value.Value })];

    private bool[] Bits(string key) =>
        [.. (Find(key)?.Value ?? "").SelectMany(static c => Enumerable.Range(0, 8).Select(i => (c & 0x80 >> i) != 0))];

    private Held? Find(string key) =>
        _entries.TryGetValue(key, out Held? held) && held.ExpiresAt > NowMicros ? held : null;
}
