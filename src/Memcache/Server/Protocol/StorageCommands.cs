using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>set, add, replace, append, prepend and cas.</summary>
internal static class StorageCommands
{
    private const int Key = 1, Flags = 2, Expiry = 3, Length = 4, Compare = 5;

    /// <summary>Executes a command. The line is consumed unless more input is needed.</summary>
    /// <param name="exchange">The connection's.</param>
    /// <param name="mode">Which command it is.</param>
    /// <param name="tokens">The line's words.</param>
    /// <param name="input">The value, as far as it has come.</param>
    /// <param name="waitsFor">The longest value that is waited for; a longer one is received in pieces.</param>
    public static Progress Execute(
        Exchange exchange, StoreMode mode, in Tokens tokens, ValueInput input, int waitsFor)
    {
        int words = mode == StoreMode.Cas ? Compare + 1 : Length + 1;
        if (tokens.Count != words && tokens.Count != words + 1)
        {
            exchange.Reply(Texts.Error);
            return Progress.GoesOn;
        }
        exchange.NoReply = tokens.SaysNoReply;
        ReadOnlySpan<byte> key = tokens[Key];
        ItemWrite write = new() { Mode = mode };
        bool isRight = key.Length <= Exchange.KeyBytesMax & NumberText.TryParse(tokens[Flags], out write.Flags)
            & NumberText.TryParse(tokens[Expiry], out int expiry) & NumberText.TryParse(tokens[Length], out int length)
            && (mode != StoreMode.Cas || NumberText.TryParse(tokens[Compare], out write.Compare));
        if (!isRight || length < 0 || length > int.MaxValue - Texts.End.Length)
        {
            exchange.Reply(Texts.BadFormat);
            return Progress.GoesOn;
        }
        write.ExpiresAt = exchange.ExpiryOf(expiry);
        return Take(exchange, key, write, length, input, waitsFor);
    }

    /// <summary>Stores an item whose value has come as a whole into its reserved place.</summary>
    public static void Finish(Exchange exchange)
    {
        StoreResult result = exchange.Store.Commit(exchange.Receiving, exchange.Write, out _);
        exchange.EndReceiving();
        exchange.Store.Counters.Sets++;
        Answer(exchange, result);
    }

    /// <summary>Ends the item that a failed set would have replaced, so that no old value is left behind.</summary>
    public static void DeleteOld(CacheStore store, ReadOnlySpan<byte> key, uint hash)
    {
        if (store.Find(key, hash) is var old and not 0) store.Delete(old);
    }

    private static Progress Take(
        Exchange exchange, ReadOnlySpan<byte> key, in ItemWrite write, int length, ValueInput input, int waitsFor)
    {
        CacheStore store = exchange.Store;
        if (store.IsTooLarge(key.Length, write.Flags, length))
        {
            store.Counters.TooLarge++;
            if (write.Mode == StoreMode.Set) DeleteOld(store, key, store.HashOf(key));
            exchange.Refuse(Texts.TooLarge, length);
            return Progress.GoesOn;
        }
        if (!input.Holds(length))
        {
            if (length <= waitsFor) return Progress.NeedsInput;
            uint hash = store.HashOf(key), reserved = store.Reserve(key, hash, write, length);
            if (reserved != 0) exchange.Receive(reserved, write, isMeta: false, []);
            else Fail(exchange, key, hash, write.Mode, length);
            return Progress.GoesOn;
        }
        store.Counters.Sets++;
        if (!input.TryTake(length, out ReadOnlySpan<byte> value))
        {
            exchange.Reply(Texts.BadChunk);
            return Progress.GoesOn;
        }
        uint of = store.HashOf(key);
        StoreResult result = store.Put(key, of, write, value, out _);
        if (result == StoreResult.NoMemory)
        {
            Fail(exchange, key, of, write.Mode, length);
            exchange.Swallowing = 0;
        }
        else
        {
            Answer(exchange, result);
        }
        return Progress.GoesOn;
    }

    private static void Fail(Exchange exchange, ReadOnlySpan<byte> key, uint hash, StoreMode mode, int length)
    {
        exchange.Store.Counters.NoMemory++;
        if (mode == StoreMode.Set) DeleteOld(exchange.Store, key, hash);
        exchange.Refuse(Texts.NoMemory, length);
    }

    private static void Answer(Exchange exchange, StoreResult result) => exchange.Reply(result switch
    {
        StoreResult.Stored => "STORED"u8,
        StoreResult.Exists => "EXISTS"u8,
        StoreResult.NotFound => Texts.NotFound,
        _ => "NOT_STORED"u8,
    });
}
