using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>md: ends an item, or marks it as stale.</summary>
internal static class MetaDeleteCommand
{
    public static void Execute(Exchange exchange, in Tokens tokens)
    {
        if (MetaLine.Check(tokens) is { IsEmpty: false } wrong)
        {
            exchange.Reply(wrong);
            return;
        }
        MetaFlags flags = MetaFlags.Read(exchange, tokens, 2, stackalloc byte[Exchange.KeyBytesMax]);
        if (!flags.Error.IsEmpty)
        {
            exchange.Reply(Texts.BadFlags);
            return;
        }
        ReplyBuffer output = exchange.Output;
        int start = output.Length;
        Span<byte> status = output.Take(2);
        if (!MetaReply.TryEcho(output, tokens, flags))
        {
            output.TakeBack(start);
            exchange.Reply(Texts.OpaqueTooLong);
            return;
        }
        output.Add(Texts.End);
        CacheStore store = exchange.Store;
        uint item = store.Find(flags.Key, store.HashOf(flags.Key));
        if (item == 0)
        {
            store.Counters.DeleteMisses++;
            "NF"u8.CopyTo(status);
        }
        else if (flags.Compares && store.At(item).Cas != flags.Compare)
        {
            store.Counters.DeleteMisses++;
            "EX"u8.CopyTo(status);
        }
        else
        {
            End(store, item, flags);
            "HD"u8.CopyTo(status);
            if (flags.Quiet) output.TakeBack(start);
        }
    }

    private static void End(CacheStore store, uint item, in MetaFlags flags)
    {
        if (!flags.Invalidates)
        {
            store.Counters.DeleteHits++;
            store.Delete(item);
            return;
        }
        ref Piece header = ref store.At(item);
        if (flags.HasExpiry) header.ExpiresAt = flags.ExpiresAt;
        header.Set(ItemMarks.Stale, true);
        header.Set(ItemMarks.Won, false);
        store.Renew(item, flags.Cas);
    }
}
