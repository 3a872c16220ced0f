using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>mg: an item's value and what is known of it.</summary>
internal static class MetaGetCommand
{
    public static void Execute(Exchange exchange, in Tokens tokens)
    {
        ReplyBuffer output = exchange.Output;
        if (tokens.Count < 2 || tokens[1].Length > Exchange.KeyBytesMax || tokens.Count > MetaFlags.WordsMax)
        {
            exchange.Reply(tokens.Count < 2 ? Texts.Error
                : tokens[1].Length > Exchange.KeyBytesMax ? Texts.BadFormat
                : "CLIENT_ERROR options flags are too long"u8);
            return;
        }
        MetaFlags flags = MetaFlags.Read(exchange, tokens, 2, stackalloc byte[Exchange.KeyBytesMax]);
        if (!flags.Error.IsEmpty)
        {
            exchange.Reply(flags.Error);
            return;
        }
        CacheStore store = exchange.Store;
        uint hash = store.HashOf(flags.Key), item = store.Find(flags.Key, hash);
        bool isMade = item == 0 && flags.Makes && TryMake(store, flags, hash, out item);
        int start = output.Length;
        bool isAnswered = item == 0
            ? TryMiss(exchange, tokens, flags)
            : TryHit(exchange, tokens, flags, item, isMade);
        if (!isAnswered)
        {
            output.TakeBack(start);
            exchange.Reply(Texts.OpaqueTooLong);
            return;
        }
        Count(store, item != 0, flags.HasExpiry && item != 0);
        if (item == 0) return;
        if (flags.Value) exchange.SendValue(item);
        if (!flags.NoUse) store.Use(item);
    }

    private static bool TryMake(CacheStore store, in MetaFlags flags, uint hash, out uint item)
    {
        ItemWrite write = new() { Mode = StoreMode.Add, BinaryKey = flags.BinaryKey, Cas = flags.Cas };
        StoreResult result = store.Put(flags.Key, hash, write, [], out _);
        item = result == StoreResult.Stored ? store.Find(flags.Key, hash) : 0;
        return item != 0;
    }

    private static bool TryMiss(Exchange exchange, in Tokens tokens, in MetaFlags flags)
    {
        ReplyBuffer output = exchange.Output;
        int start = output.Length;
        output.Add("EN"u8);
        if (!MetaReply.TryEcho(output, tokens, flags)) return false;
        output.Add(Texts.End);
        if (flags.Quiet) output.TakeBack(start);
        return true;
    }

    private static bool TryHit(Exchange exchange, in Tokens tokens, in MetaFlags flags, uint item, bool isMade)
    {
        CacheStore store = exchange.Store;
        ReplyBuffer output = exchange.Output;
        ref Piece header = ref store.At(item);
        if (flags.Value)
        {
            output.Add("VA "u8);
            output.Add((ulong)header.ValueLength);
        }
        else
        {
            output.Add("HD"u8);
        }
        bool wins = false;
        for (int i = 2; i < tokens.Count; i++)
        {
            switch ((char)tokens[i][0])
            {
                case 'T':
                    header.ExpiresAt = flags.ExpiresAt;
                    break;
                case 'N' when isMade:
                    header.ExpiresAt = flags.NewExpiresAt;
                    wins = true;
                    break;
                case 'R':
                    wins |= !header.Has(ItemMarks.Won) && !isMade && header.ExpiresAt != 0
                        && header.ExpiresAt < flags.RecacheAt;
                    break;
                case 'O':
                    if (!MetaReply.TryOpaque(output, tokens[i])) return false;
                    break;
                default:
                    Describe(output, tokens[i][0], store, item);
                    break;
            }
        }
        MetaReply.Turn(output, ref header, wins);
        output.Add(Texts.End);
        return true;
    }

    private static void Describe(ReplyBuffer output, byte letter, CacheStore store, uint item)
    {
        ref Piece header = ref store.At(item);
        switch ((char)letter)
        {
            case 's':
                MetaReply.Flag(output, letter, (ulong)header.ValueLength);
                break;
            case 't':
                MetaReply.TimeLeft(output, header, store.Now);
                break;
            case 'c':
                MetaReply.Flag(output, letter, header.Cas);
                break;
            case 'f':
                MetaReply.Flag(output, letter, header.Flags);
                break;
            case 'l':
                MetaReply.Flag(output, letter, store.Now - header.AccessedAt);
                break;
            case 'h':
                MetaReply.Flag(output, letter, header.Has(ItemMarks.Fetched) ? 1UL : 0);
                break;
            case 'k':
                MetaReply.Key(output, store.KeyOf(item), header.Has(ItemMarks.BinaryKey));
                break;
        }
    }

    private static void Count(CacheStore store, bool isHit, bool touches)
    {
        if (touches)
        {
            store.Counters.Touches++;
            store.Counters.TouchHits++;
            return;
        }
        store.Counters.Gets++;
        if (isHit) store.Counters.GetHits++;
        else store.Counters.GetMisses++;
    }
}
