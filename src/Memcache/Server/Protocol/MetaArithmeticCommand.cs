using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>ma: adds to a number, which it makes if it is told to.</summary>
internal static class MetaArithmeticCommand
{
    private const int DigitsMax = 20;

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
        bool increments = flags.Mode is 0 or (byte)'I' or (byte)'+';
        if (!increments && flags.Mode is not ((byte)'D' or (byte)'-'))
        {
            exchange.Reply("CLIENT_ERROR invalid mode for ma M token"u8);
            return;
        }
        CacheStore store = exchange.Store;
        uint hash = store.HashOf(flags.Key), item = store.Find(flags.Key, hash);
        bool isMade = false;
        ArithmeticResult result;
        ulong number;
        if (item == 0 && flags.Makes)
        {
            isMade = TryMake(store, flags, hash, out item);
            (result, number) = (isMade ? ArithmeticResult.Done : ArithmeticResult.NoMemory, flags.Initial);
        }
        else
        {
            result = Arithmetic.Apply(store, ref item, increments, flags.Delta, flags.Compare, out number);
        }
        Answer(exchange, tokens, flags, result, item, isMade, number);
    }

    private static bool TryMake(CacheStore store, in MetaFlags flags, uint hash, out uint item)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        flags.Initial.TryFormat(digits, out int length);
        ItemWrite write = new() { Mode = StoreMode.Add, BinaryKey = flags.BinaryKey, Cas = flags.Cas };
        StoreResult result = store.Put(flags.Key, hash, write, digits[..length], out _);
        item = result == StoreResult.Stored ? store.Find(flags.Key, hash) : 0;
        return item != 0;
    }

    private static void Answer(
        Exchange exchange, in Tokens tokens, in MetaFlags flags, ArithmeticResult result, uint item, bool isMade,
        ulong number)
    {
        ReplyBuffer output = exchange.Output;
        int start = output.Length;
        switch (result)
        {
            case ArithmeticResult.NotNumeric:
                exchange.Reply(Texts.NotNumeric);
                return;
            case ArithmeticResult.NoMemory:
                exchange.Reply(
                    flags.Makes ? "SERVER_ERROR Out of memory allocating new item"u8 : "SERVER_ERROR out of memory"u8);
                return;
            case ArithmeticResult.Done:
                if (!TryDescribe(exchange, tokens, flags, item, isMade, number)) break;
                if (flags.Quiet && !isMade) output.TakeBack(start);
                return;
            default:
                output.Add(result == ArithmeticResult.Exists ? "EX"u8 : "NF"u8);
                if (!MetaReply.TryEcho(output, tokens, flags)) break;
                output.Add(Texts.End);
                return;
        }
        output.TakeBack(start);
        exchange.Reply(Texts.OpaqueTooLong);
    }

    private static bool TryDescribe(
        Exchange exchange, in Tokens tokens, in MetaFlags flags, uint item, bool isMade, ulong number)
    {
        ReplyBuffer output = exchange.Output;
        Span<byte> digits = stackalloc byte[DigitsMax];
        number.TryFormat(digits, out int length);
        ref Piece header = ref exchange.Store.At(item);
        if (flags.Value)
        {
            output.Add("VA "u8);
            output.Add((ulong)length);
        }
        else
        {
            output.Add("HD"u8);
        }
        for (int i = 2; i < tokens.Count; i++)
        {
            switch ((char)tokens[i][0])
            {
                case 'c':
                    MetaReply.Flag(output, (byte)'c', header.Cas);
                    break;
                case 't':
                    MetaReply.TimeLeft(output, header, exchange.Store.Now);
                    break;
                case 'T':
                    header.ExpiresAt = flags.ExpiresAt;
                    break;
                case 'N' when isMade:
                    header.ExpiresAt = flags.NewExpiresAt;
                    break;
                case 'O' when !MetaReply.TryOpaque(output, tokens[i]):
                    return false;
                case 'k':
                    MetaReply.Key(output, flags.Key, flags.BinaryKey);
                    break;
            }
        }
        output.Add(Texts.End);
        if (!flags.Value) return true;
        output.Add(digits[..length]);
        output.Add(Texts.End);
        return true;
    }
}
