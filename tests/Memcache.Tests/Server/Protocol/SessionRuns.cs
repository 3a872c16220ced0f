using Memcache.Server.Protocol;
using Memcache.Server.Store;

namespace Memcache.Tests.Server.Protocol;

/// <summary>Seeded runs of sessions on a store; each tells the promise that was broken, or null.</summary>
internal static class SessionRuns
{
    private const int Megabyte = 1 << 20;

    /// <summary>A run by its name.</summary>
    public static string? Play(string run, int seed)
    {
        Func<int, string?> play = run switch
        {
            "model" => static seed => AsTheModel([.. Steps(seed, 400)], seed),
            "pressure" => UnderPressure,
            "slow readers" => WithSlowReaders,
            "no evictions" => WithoutEvictions,
            "many keys" => WithManyKeys,
            "a day" => OverADay,
            _ => throw new ArgumentException($"There is no run '{run}'.", nameof(run)),
        };
        try
        {
            return play(seed);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>In a large store every reply is the model's, however the input is cut.</summary>
    public static string? AsTheModel(IReadOnlyList<CacheStep> steps, int seed)
    {
        Random random = new(seed);
        using CacheStore store = TestStores.Of(64 * Megabyte);
        ModelCache model = new();
        TestSession session = new(store, outputBytes: random.Next(12 << 10, 32 << 10));
        foreach (CacheStep step in steps)
        {
            if (random.Next(8) == 0)
            {
                model.Pass((uint)random.Next(1, 8));
                store.Now = model.Now;
            }
            (string command, string expected) = step.Play(model);
            string reply = "";
            for (int at = 0; at < command.Length;)
            {
                int length = random.Next(3) == 0 ? random.Next(1, 30) : command.Length;
                length = Math.Min(length, command.Length - at);
                reply += session.Say(command[at..(at + length)]);
                at += length;
            }
            if (reply != expected) return $"{Short(command)} was answered by {Short(reply)}, not {Short(expected)}";
            if (random.Next(16) == 0) store.Crawl(share: 4);
        }
        return null;
    }

    /// <summary>In a small store what is found is what was stored last, and the memory's bound is kept.</summary>
    public static string? UnderPressure(int seed)
    {
        const int KeyCount = 3000;
        Random random = new(seed);
        using CacheStore store = TestStores.Of(2 * Megabyte, 256 << 10);
        TestSession session = new(store);
        int[] versions = new int[KeyCount];
        long sets = 0;
        for (int i = 0; i < 12_000; i++)
        {
            int key = random.Next(4) == 0 ? random.Next(60) : random.Next(KeyCount);
            switch (random.Next(10))
            {
                case 0 or 1 or 2 or 3:
                    int length = random.Next(40) == 0 ? random.Next(200_000) : random.Next(20, 1500);
                    versions[key] = random.Next(1, int.MaxValue);
                    sets++;
                    string text = TextOf(key, versions[key], length);
                    string answer = session.Say($"set {key} 7 0 {text.Length}\r\n{text}\r\n");
                    if (answer != "STORED\r\n") return $"a set was answered by {Short(answer)}";
                    if (session.Say($"get {key}\r\n") is var same && !Is(same, key, text))
                        return $"what was just stored is not there: {Short(same)}";
                    break;
                case 4:
                    session.Say($"append {key} 0 0 3\r\n...\r\n");
                    session.Say($"delete {key} noreply\r\n");
                    versions[key] = 0;
                    break;
                default:
                    string reply = session.Say($"get {key}\r\n");
                    if (reply != "END\r\n" && !IsVersion(reply, key, versions[key]))
                        return $"key {key} has a value that was not stored last: {Short(reply)}";
                    break;
            }
            if (store.UsedBytes > store.Options.Bytes) return "more memory than told is used";
        }
        if (store.Counters.Evictions == 0) return "nothing was evicted";
        return store.ItemBytes < store.Options.Bytes / 2 ? "half of the memory is not used" : null;
    }

    /// <summary>A value that is being sent to a slow client, or received from one, stays whole.</summary>
    public static string? WithSlowReaders(int seed)
    {
        Random random = new(seed);
        using CacheStore store = TestStores.Of(4 * Megabyte, 512 << 10);
        TestSession writer = new(store);
        string value = TextOf(1, seed, 300_000), upload = TextOf(2, seed, 200_000);
        writer.Say($"set slow 1 0 {value.Length}\r\n{value}\r\n");
        TestSession reader = new(store, outputBytes: 13 << 10), uploader = new(store);
        reader.Hold("get slow\r\n");
        uploader.Say($"set upload 2 0 {upload.Length}\r\n");
        string got = "";
        int uploaded = 0;
        for (int i = 0; i < 4000; i++)
        {
            string other = TextOf(i, 9, random.Next(100, 4000));
            string answer = writer.Say($"set other{random.Next(2500)} 1 0 {other.Length}\r\n{other}\r\n");
            if (answer != "STORED\r\n") return $"others are refused: {Short(answer)}";
            if (i == 700) writer.Say("delete slow\r\n");
            if (i == 1500 && seed % 2 == 0) writer.Say("flush_all\r\n");
            if (i % 100 == 0)
            {
                reader.Step();
                got += reader.TakeReplies();
            }
            if (i % 20 == 0 && uploaded < upload.Length)
            {
                int length = Math.Min(1000, upload.Length - uploaded);
                uploader.Say(upload[uploaded..(uploaded + length)]);
                uploaded += length;
            }
        }
        if (got != $"VALUE slow 1 {value.Length}\r\n{value}\r\nEND\r\n") return $"a slow client got {Short(got)}";
        if (uploader.Say(upload[uploaded..] + "\r\n") is var end and not "STORED\r\n") return $"an upload ended {end}";
        string back = writer.Say("get upload\r\n");
        return back == $"VALUE upload 2 {upload.Length}\r\n{upload}\r\nEND\r\n" ? null : $"uploaded: {Short(back)}";
    }

    /// <summary>Without evictions what is there stays, what does not fit is refused, and what is deleted makes room.
    /// </summary>
    public static string? WithoutEvictions(int seed)
    {
        Random random = new(seed);
        using CacheStore store = TestStores.Of(2 * Megabyte, 256 << 10, evicts: false);
        TestSession session = new(store);
        Dictionary<int, string> stored = [];
        int refused = 0;
        for (int i = 0; i < 6000; i++)
        {
            int key = random.Next(4000);
            string text = TextOf(key, i, random.Next(50, 1800));
            string answer = session.Say($"set {key} 0 0 {text.Length}\r\n{text}\r\n");
            if (answer == "STORED\r\n") stored[key] = text;
            else if (answer != "SERVER_ERROR out of memory storing object\r\n") return $"a set ended {Short(answer)}";
            else
            {
                refused++;
                stored.Remove(key);
                foreach (int gone in stored.Keys.Where(k => k % 7 == i % 7).ToArray())
                {
                    session.Say($"delete {gone} noreply\r\n");
                    stored.Remove(gone);
                }
            }
        }
        foreach ((int key, string text) in stored)
        {
            string reply = session.Say($"get {key}\r\n");
            if (reply != $"VALUE {key} 0 {text.Length}\r\n{text}\r\nEND\r\n")
                return $"key {key} has {Short(reply)}";
        }
        if (store.Counters.Evictions > 0) return "something was evicted";
        return refused == 0 ? "nothing was refused" : refused > 300 ? $"deleting makes no room: {refused}" : null;
    }

    /// <summary>The hash table grows, and all keys are found.</summary>
    public static string? WithManyKeys(int seed)
    {
        const int KeyCount = 60_000;
        using CacheStore store = TestStores.Of(32 * Megabyte);
        TestSession session = new(store);
        for (int i = 0; i < KeyCount; i++) session.Say($"set {seed}-{i} 0 0 5 noreply\r\n{i:00000}\r\n");
        if (store.Count != KeyCount || store.Counters.Evictions > 0)
            return $"{store.Count} of {KeyCount} items are there";
        for (int i = 0; i < KeyCount; i++)
        {
            string reply = session.Say($"get {seed}-{i}\r\n");
            if (reply != $"VALUE {seed}-{i} 0 5\r\n{i:00000}\r\nEND\r\n") return $"key {i} has {Short(reply)}";
        }
        return session.Say("flush_all\r\n") == "OK\r\n" && store.Count == 0 && store.ItemBytes == 0
            ? null
            : "a flush leaves something";
    }

    /// <summary>A day passes second by second: what has expired is gone, and its memory is free again.</summary>
    public static string? OverADay(int seed)
    {
        const int DaySeconds = 24 * 60 * 60;
        using CacheStore store = TestStores.Of(4 * Megabyte);
        TestSession session = new(store);
        Queue<(int Key, uint End)> lives = new();
        for (int second = 0; second < DaySeconds; second++)
        {
            store.Now = TestStores.Start + (uint)second;
            store.Crawl(share: 64);
            int life = 60;
            session.Say($"set {seed}-{second} 0 {life} 200 noreply\r\n{new string('d', 200)}\r\n");
            lives.Enqueue((second, store.Now + (uint)life));
            while (lives.Peek().End <= store.Now)
            {
                if (session.Say($"get {seed}-{lives.Dequeue().Key}\r\n") != "END\r\n")
                    return "an item outlived its time";
            }
            if (session.Say($"get {seed}-{lives.Peek().Key}\r\n") == "END\r\n")
                return "an item was gone before its time";
        }
        if (store.Counters.Evictions > 0) return "an item was evicted though others had expired";
        return store.Count > 200 ? $"{store.Count} items are left of 60" : null;
    }

    public static IEnumerable<CacheStep> Steps(int seed, int count)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++) yield return CacheStep.Random(random);
    }

    private static string TextOf(int key, int version, int length)
    {
        string head = $"{key}/{version}/";
        return string.Create(Math.Max(length, head.Length), (head, key, version), static (span, state) =>
        {
            uint mixed = (uint)(state.key * 31 + state.version) | 1;
            for (int i = 0; i < span.Length; i++)
            {
                mixed = mixed * 1664525 + 1013904223;
                span[i] = (char)('a' + (mixed >> 24) % 26);
            }
            state.head.CopyTo(span);
        });
    }

    private static bool Is(string reply, int key, string text) =>
        reply == $"VALUE {key} 7 {text.Length}\r\n{text}\r\nEND\r\n";

    private static bool IsVersion(string reply, int key, int version)
    {
        int start = reply.IndexOf("\r\n", StringComparison.Ordinal) + 2;
        int length = reply.Length - start - "\r\nEND\r\n".Length;
        return version != 0 && length >= 0 && Is(reply, key, TextOf(key, version, length));
    }

    private static string Short(string text) =>
        $"'{(text.Length > 200 ? text[..200] + "…" : text).Replace("\r\n", "\\r\\n", StringComparison.Ordinal)}'";
}
