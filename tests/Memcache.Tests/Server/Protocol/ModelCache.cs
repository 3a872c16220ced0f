using System.Globalization;

namespace Memcache.Tests.Server.Protocol;

/// <summary>What memcached answers, from a dictionary: nothing is ever evicted.</summary>
internal sealed class ModelCache
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private ulong _cas;
    private uint _flushAt;

    public uint Now { get; private set; } = TestStores.Start;

    public int Count => _entries.Keys.ToArray().Count(key => Find(key) is not null);

    public void Pass(uint seconds)
    {
        Now += seconds;
        if (_flushAt == 0 || Now < _flushAt) return;
        _flushAt = 0;
        _entries.Clear();
    }

    /// <summary>The CAS value of a key, or one that no item has.</summary>
    public ulong CasOf(string key) => Find(key)?.Cas ?? 999_999_999;

    public string Get(string[] keys, bool withCas, int? expiry = null)
    {
        string reply = "";
        foreach (string key in keys)
        {
            if (Find(key) is not { } entry) continue;
            if (expiry is { } seconds) entry.ExpiresAt = ExpiryOf(seconds);
            entry.Fetched = true;
            string cas = withCas ? $" {entry.Cas}" : "";
            reply += $"VALUE {key} {entry.Flags} {entry.Value.Length}{cas}\r\n{entry.Value}\r\n";
        }
        return reply + "END\r\n";
    }

    /// <summary>STORED and the like.</summary>
    public string Store(string mode, string key, uint flags, int expiry, string value, ulong compare = 0)
    {
        Entry? old = Find(key);
        switch (mode)
        {
            case "add" when old is not null:
            case "replace" or "append" or "prepend" when old is null:
                return "NOT_STORED\r\n";
            case "cas" when old is null:
                return "NOT_FOUND\r\n";
            case "cas" when old!.Cas != compare:
                return "EXISTS\r\n";
            case "append" or "prepend":
                value = mode == "append" ? old!.Value + value : value + old!.Value;
                _entries[key] = new Entry(value, old.Flags, old.ExpiresAt, ++_cas);
                return "STORED\r\n";
        }
        _entries[key] = new Entry(value, flags, ExpiryOf(expiry), ++_cas);
        return "STORED\r\n";
    }

    public string Delete(string key) =>
        Find(key) is not null && _entries.Remove(key) ? "DELETED\r\n" : "NOT_FOUND\r\n";

    public string Touch(string key, int expiry)
    {
        if (Find(key) is not { } entry) return "NOT_FOUND\r\n";
        entry.ExpiresAt = ExpiryOf(expiry);
        entry.Fetched = true;
        return "TOUCHED\r\n";
    }

    public string Add(string key, bool increments, ulong delta)
    {
        if (Find(key) is not { } entry) return "NOT_FOUND\r\n";
        if (!ulong.TryParse(entry.Value.TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out ulong n))
            return "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
        n = increments ? unchecked(n + delta) : delta > n ? 0 : n - delta;
        string digits = n.ToString(CultureInfo.InvariantCulture);
        bool inPlace = digits.Length <= entry.Value.Length;
        _entries[key] = entry with
        {
            Value = inPlace ? digits.PadRight(entry.Value.Length) : digits, Cas = ++_cas,
            Fetched = inPlace && entry.Fetched, IsStale = inPlace && entry.IsStale, IsWon = inPlace && entry.IsWon,
        };
        return $"{digits}\r\n";
    }

    public string Flush(int seconds)
    {
        if (seconds > 1)
        {
            _flushAt = Now + (uint)seconds - 1;
            return "OK\r\n";
        }
        _flushAt = 0;
        _cas++;
        _entries.Clear();
        return "OK\r\n";
    }

    /// <summary>mg with the flags t s f c v, and those of a recache.</summary>
    public string MetaGet(string key, int? makes, int? recache, bool quiet)
    {
        Entry? entry = Find(key);
        bool isMade = false;
        if (entry is null && makes is { } expiry)
        {
            entry = _entries[key] = new Entry("", 0, ExpiryOf(expiry), ++_cas);
            isMade = true;
        }
        if (entry is null) return quiet ? "" : "EN O7\r\n";
        bool wins = isMade || (recache is { } at && !entry.IsWon && entry.ExpiresAt != 0
            && entry.ExpiresAt < ExpiryOf(at));
        string left = entry.ExpiresAt == 0 ? "-1" : $"{Math.Max(0, (long)entry.ExpiresAt - Now)}";
        string reply = $"VA {entry.Value.Length} t{left} f{entry.Flags} c{entry.Cas} h{(entry.Fetched ? 1 : 0)} O7";
        if (entry.IsWon) reply += " Z";
        if (entry.IsStale) reply += " X";
        wins |= entry.IsStale && !entry.IsWon;
        if (wins) reply += " W";
        entry.IsWon |= wins;
        entry.Fetched = true;
        return $"{reply}\r\n{entry.Value}\r\n";
    }

    public string MetaSet(string key, string mode, uint flags, int expiry, string value, ulong? compare, bool quiet)
    {
        string name = mode switch { "E" => "add", "A" => "append", "P" => "prepend", "R" => "replace", _ => "set" };
        if (compare is not null && name is "set" or "replace") name = "cas";
        if (compare is { } cas && name is "append" or "prepend" && Find(key) is { } old && old.Cas != cas && cas != 0)
            return $"EX k{key} c0\r\n";
        string status = Store(name, key, flags, expiry, value, compare ?? 0) switch
        {
            "STORED\r\n" => "HD", "EXISTS\r\n" => "EX", "NOT_FOUND\r\n" => "NF", _ => "NS",
        };
        if (status == "HD" && quiet) return "";
        return $"{status} k{key} c{(status == "HD" ? _cas : 0)}\r\n";
    }

    public string MetaDelete(string key, ulong? compare, bool invalidates, bool quiet)
    {
        if (Find(key) is not { } entry) return $"NF k{key}\r\n";
        if (compare is { } cas && entry.Cas != cas) return $"EX k{key}\r\n";
        if (!invalidates)
        {
            _entries.Remove(key);
        }
        else
        {
            entry.ExpiresAt = ExpiryOf(30);
            (entry.IsStale, entry.IsWon) = (true, false);
            entry.Cas = ++_cas;
        }
        return quiet ? "" : $"HD k{key}\r\n";
    }

    private Entry? Find(string key) =>
        _entries.TryGetValue(key, out Entry? entry) && (entry.ExpiresAt == 0 || entry.ExpiresAt > Now) ? entry : null;

    private uint ExpiryOf(int seconds) => seconds switch
    {
        0 => 0,
        < 0 => 1,
        > 60 * 60 * 24 * 30 => (uint)seconds,
        _ => Now + (uint)seconds,
    };

    private sealed record Entry(string Value, uint Flags, uint ExpiresAt, ulong Cas)
    {
        public uint ExpiresAt { get; set; } = ExpiresAt;

        public ulong Cas { get; set; } = Cas;

        public bool Fetched { get; set; }

        public bool IsStale { get; set; }

        public bool IsWon { get; set; }
    }
}
