using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>me: what is known of an item, for people.</summary>
internal static class MetaDebugCommand
{
    public static void Execute(Exchange exchange, in Tokens tokens)
    {
        if (tokens.Count < 2 || tokens[1].Length > Exchange.KeyBytesMax)
        {
            exchange.Reply(Texts.BadFormat);
            return;
        }
        Span<byte> decoded = stackalloc byte[Exchange.KeyBytesMax];
        scoped ReadOnlySpan<byte> key = tokens[1];
        if (tokens.Count >= 3 && tokens[2].SequenceEqual("b"u8))
        {
            if (!Base64Key.TryDecode(key, decoded, out int length))
            {
                exchange.Reply(Texts.BadFormat);
                return;
            }
            key = decoded[..length];
        }
        CacheStore store = exchange.Store;
        store.Counters.Metas++;
        uint item = store.Find(key, store.HashOf(key));
        if (item == 0) exchange.Reply("EN"u8);
        else Describe(exchange.Output, store, item);
    }

    private static void Describe(ReplyBuffer output, CacheStore store, uint item)
    {
        ref Piece header = ref store.At(item);
        output.Add("ME "u8);
        if (header.Has(ItemMarks.BinaryKey)) Base64Key.Encode(store.KeyOf(item), output);
        else output.Add(store.KeyOf(item));
        output.Add(" exp="u8);
        output.AddSigned(header.ExpiresAt == 0 ? -1 : (long)store.Now - header.ExpiresAt);
        output.Add(" la="u8);
        output.Add(store.Now - header.AccessedAt);
        output.Add(" cas="u8);
        output.Add(header.Cas);
        output.Add(header.Has(ItemMarks.Fetched) ? " fetch=yes cls="u8 : " fetch=no cls="u8);
        output.Add(store.IsInMain(item) ? 2UL : 1);
        output.Add(" size="u8);
        output.Add((ulong)CacheStore.CountedBytes(header.KeyLength, header.Flags, header.ValueLength));
        output.Add(Texts.End);
    }
}
