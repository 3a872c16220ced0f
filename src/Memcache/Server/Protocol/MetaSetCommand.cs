using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>ms: stores a value in one of several modes.</summary>
internal static class MetaSetCommand
{
    private const int Key = 1, Length = 2, FirstFlag = 3;

    /// <summary>Opaque token, and a letter each for key and CAS value, with their blanks.</summary>
    private const int StashBytesMax = MetaFlags.OpaqueBytesMax + 8;

    public static Progress Execute(Exchange exchange, in Tokens tokens, ValueInput input, int waitsFor)
    {
        if (CheckLine(tokens, out int length) is { IsEmpty: false } wrong)
        {
            exchange.Reply(wrong);
            return Progress.GoesOn;
        }
        MetaFlags flags = MetaFlags.Read(exchange, tokens, FirstFlag, stackalloc byte[Exchange.KeyBytesMax]);
        Span<byte> stash = stackalloc byte[StashBytesMax];
        int stashed = 0;
        ReadOnlySpan<byte> error = flags.Error;
        if (error.IsEmpty && !TryStash(tokens, stash, out stashed)) error = Texts.OpaqueTooLong;
        ItemWrite write = WriteOf(flags, out bool isMode);
        if (!isMode && flags.Error.IsEmpty) error = "CLIENT_ERROR invalid mode for ms M token"u8;
        if (!error.IsEmpty)
        {
            exchange.Refuse(error, length);
            return Progress.GoesOn;
        }
        exchange.NoReply = flags.Quiet;
        return Take(exchange, flags.Key, write, length, input, waitsFor, stash[..stashed]);
    }

    /// <summary>Stores an item whose value has come as a whole into its reserved place.</summary>
    public static void Finish(Exchange exchange)
    {
        Span<byte> key = stackalloc byte[Exchange.KeyBytesMax];
        ReadOnlySpan<byte> from = exchange.Store.KeyOf(exchange.Receiving);
        from.CopyTo(key);
        StoreResult result = exchange.Store.Commit(exchange.Receiving, exchange.Write, out ulong cas);
        exchange.EndReceiving();
        exchange.Store.Counters.Sets++;
        Answer(exchange, result, exchange.Write, key[..from.Length], cas, exchange.Stash);
    }

    private static ReadOnlySpan<byte> CheckLine(in Tokens tokens, out int length)
    {
        length = 0;
        if (tokens.Count < 2) return Texts.Error;
        if (tokens[Key].Length > Exchange.KeyBytesMax || tokens.Count == 2) return Texts.BadFormat;
        if (tokens.Count > MetaFlags.WordsMax) return Texts.FlagsTooLong;
        return NumberText.TryParse(tokens[Length], out length) && length is >= 0 and <= int.MaxValue - 2
            ? []
            : Texts.BadFormat;
    }

    private static ItemWrite WriteOf(in MetaFlags flags, out bool isMode)
    {
        StoreMode mode = (char)flags.Mode switch
        {
            'E' => StoreMode.Add,
            'A' => StoreMode.Append,
            'P' => StoreMode.Prepend,
            'R' => StoreMode.Replace,
            _ => StoreMode.Set,
        };
        isMode = mode != StoreMode.Set || flags.Mode is 0 or (byte)'S';
        if (flags.Compares && mode is StoreMode.Set or StoreMode.Replace) mode = StoreMode.Cas;
        return new ItemWrite
        {
            Mode = mode, Flags = flags.ClientFlags, ExpiresAt = flags.ExpiresAt, Compare = flags.Compare,
            Cas = flags.Cas, TakesStale = flags.Invalidates && mode == StoreMode.Cas, BinaryKey = flags.BinaryKey,
        };
    }

    /// <summary>What the answer will have, in the order of the request.</summary>
    private static bool TryStash(in Tokens tokens, Span<byte> stash, out int length)
    {
        length = 0;
        for (int i = Length; i < tokens.Count; i++)
        {
            ReadOnlySpan<byte> token = tokens[i];
            if (token[0] is not ((byte)'O' or (byte)'k' or (byte)'c')) continue;
            if (token[0] != 'O') token = token[..1];
            if (token.Length > MetaFlags.OpaqueBytesMax) return false;
            stash[length++] = (byte)' ';
            token.CopyTo(stash[length..]);
            length += token.Length;
        }
        return true;
    }

    private static Progress Take(
        Exchange exchange, ReadOnlySpan<byte> key, in ItemWrite write, int length, ValueInput input, int waitsFor,
        ReadOnlySpan<byte> stash)
    {
        CacheStore store = exchange.Store;
        uint hash = store.HashOf(key);
        if (store.IsTooLarge(key.Length, write.Flags, length))
        {
            store.Counters.TooLarge++;
            StorageCommands.DeleteOld(store, key, hash);
            exchange.NoReply = false;
            exchange.Refuse(Texts.TooLarge, length);
            return Progress.GoesOn;
        }
        if (!input.Holds(length))
        {
            if (length <= waitsFor) return Progress.NeedsInput;
            uint reserved = store.Reserve(key, hash, write, length);
            if (reserved != 0) exchange.Receive(reserved, write, isMeta: true, stash);
            else Fail(exchange, key, hash, length);
            return Progress.GoesOn;
        }
        store.Counters.Sets++;
        if (!input.TryTake(length, out ReadOnlySpan<byte> value))
        {
            exchange.ReplyAlways(Texts.BadChunk);
            return Progress.GoesOn;
        }
        StoreResult result = store.Put(key, hash, write, value, out ulong cas);
        if (result == StoreResult.NoMemory)
        {
            Fail(exchange, key, hash, length);
            exchange.Swallowing = 0;
        }
        else
        {
            Answer(exchange, result, write, key, cas, stash);
        }
        return Progress.GoesOn;
    }

    private static void Fail(Exchange exchange, ReadOnlySpan<byte> key, uint hash, int length)
    {
        exchange.Store.Counters.NoMemory++;
        StorageCommands.DeleteOld(exchange.Store, key, hash);
        exchange.NoReply = false;
        exchange.Refuse(Texts.NoMemory, length);
    }

    private static void Answer(
        Exchange exchange, StoreResult result, in ItemWrite write, ReadOnlySpan<byte> key, ulong cas,
        ReadOnlySpan<byte> stash)
    {
        if (result == StoreResult.Stored && exchange.NoReply) return;
        ReplyBuffer output = exchange.Output;
        output.Add(result switch
        {
            StoreResult.Stored => "HD"u8,
            StoreResult.Exists => "EX"u8,
            StoreResult.NotFound => "NF"u8,
            _ => "NS"u8,
        });
        while (!stash.IsEmpty)
        {
            int end = stash[1..].IndexOf((byte)' ') + 1;
            ReadOnlySpan<byte> token = end == 0 ? stash : stash[..end];
            stash = stash[token.Length..];
            if (token[1] == 'O') output.Add(token);
            else if (token[1] == 'k') MetaReply.Key(output, key, write.BinaryKey);
            else MetaReply.Flag(output, (byte)'c', cas);
        }
        output.Add(Texts.End);
    }
}
