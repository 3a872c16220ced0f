using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>incr, decr, touch, delete, and commands for the whole cache.</summary>
internal static class OtherCommands
{
    private const int MemoryMegabytesMin = 8, MemoryMegabytesMax = 1_000_000_000;

    public static void Add(Exchange exchange, in Tokens tokens, bool increments)
    {
        if (!HasThree(exchange, tokens)) return;
        ReadOnlySpan<byte> key = tokens[1];
        if (!NumberText.TryParse(tokens[2], out ulong delta))
        {
            exchange.Reply("CLIENT_ERROR invalid numeric delta argument"u8);
            return;
        }
        CacheStore store = exchange.Store;
        uint item = store.Find(key, store.HashOf(key));
        switch (Arithmetic.Apply(store, ref item, increments, delta, compare: 0, out ulong number))
        {
            case ArithmeticResult.NotFound:
                exchange.Reply(Texts.NotFound);
                break;
            case ArithmeticResult.NotNumeric:
                exchange.Reply(Texts.NotNumeric);
                break;
            case ArithmeticResult.NoMemory:
                exchange.Reply("SERVER_ERROR out of memory"u8);
                break;
            case ArithmeticResult.Done when !exchange.NoReply:
                exchange.Output.Add(number);
                exchange.Output.Add(Texts.End);
                break;
        }
    }

    public static void Touch(Exchange exchange, in Tokens tokens)
    {
        if (!HasThree(exchange, tokens)) return;
        ReadOnlySpan<byte> key = tokens[1];
        if (!NumberText.TryParse(tokens[2], out int expiry))
        {
            exchange.Reply(Texts.BadExpiry);
            return;
        }
        CacheStore store = exchange.Store;
        uint item = store.Find(key, store.HashOf(key));
        store.Counters.Touches++;
        if (item == 0)
        {
            store.Counters.TouchMisses++;
            exchange.Reply(Texts.NotFound);
            return;
        }
        store.Counters.TouchHits++;
        store.At(item).ExpiresAt = exchange.ExpiryOf(expiry);
        store.Use(item);
        exchange.Reply("TOUCHED"u8);
    }

    public static void Delete(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count is < 2 or > 4)
        {
            exchange.Reply(Texts.Error);
            return;
        }
        if (tokens.Count > 2)
        {
            bool isZero = tokens[2].SequenceEqual("0"u8);
            exchange.NoReply = tokens.SaysNoReply;
            bool isRight = tokens.Count == 3 ? isZero || exchange.NoReply : isZero && exchange.NoReply;
            if (!isRight)
            {
                exchange.Reply("CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]"u8);
                return;
            }
        }
        ReadOnlySpan<byte> key = tokens[1];
        if (key.Length > Exchange.KeyBytesMax)
        {
            exchange.Reply(Texts.BadFormat);
            return;
        }
        CacheStore store = exchange.Store;
        uint item = store.Find(key, store.HashOf(key));
        if (item == 0)
        {
            store.Counters.DeleteMisses++;
            exchange.Reply(Texts.NotFound);
            return;
        }
        store.Counters.DeleteHits++;
        store.Delete(item);
        exchange.Reply("DELETED"u8);
    }

    public static void FlushAll(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count > 3)
        {
            exchange.Reply(Texts.Error);
            return;
        }
        exchange.NoReply = tokens.SaysNoReply;
        int seconds = 0;
        if (tokens.Count != (exchange.NoReply ? 2 : 1) && !NumberText.TryParse(tokens[1], out seconds))
        {
            exchange.Reply(Texts.BadExpiry);
            return;
        }
        // As in memcached, the second before is the last in which what was stored is there.
        exchange.Store.Flush(seconds > 0 ? exchange.ExpiryOf(seconds) - 1 : exchange.Store.Now);
        exchange.Reply("OK"u8);
    }

    public static void Verbosity(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count is not (2 or 3))
        {
            exchange.Reply(Texts.Error);
            return;
        }
        exchange.NoReply = tokens.SaysNoReply;
        exchange.Reply(NumberText.TryParse(tokens[1], out uint _) ? "OK"u8 : Texts.BadFormat);
    }

    /// <summary>The memory is what the server was started with.</summary>
    public static void MemoryLimit(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count is not (2 or 3))
        {
            exchange.Reply(Texts.Error);
            return;
        }
        exchange.NoReply = tokens.SaysNoReply;
        if (!NumberText.TryParse(tokens[1], out uint megabytes)) exchange.Reply(Texts.Error);
        else exchange.Reply(megabytes switch
        {
            < MemoryMegabytesMin => "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m"u8,
            > MemoryMegabytesMax => "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes"u8,
            _ => "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust"u8,
        });
    }

    /// <summary>Command, key and number; perhaps 'noreply'.</summary>
    private static bool HasThree(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count is not (3 or 4))
        {
            exchange.Reply(Texts.Error);
            return false;
        }
        exchange.NoReply = tokens.SaysNoReply;
        if (tokens[1].Length <= Exchange.KeyBytesMax) return true;
        exchange.Reply(Texts.BadFormat);
        return false;
    }
}
