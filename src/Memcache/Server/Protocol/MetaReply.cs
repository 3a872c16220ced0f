using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>What meta commands have back of an item.</summary>
internal static class MetaReply
{
    /// <summary>An item that a client was told to renew, another's turn to renew it, and a value that is old.</summary>
    private const byte Won = (byte)'W', WonByOther = (byte)'Z', Stale = (byte)'X';

    /// <summary>A blank and a letter.</summary>
    public static void Flag(ReplyBuffer output, byte letter)
    {
        output.Add((byte)' ');
        output.Add(letter);
    }

    /// <summary>A flag whose value is a number.</summary>
    public static void Flag(ReplyBuffer output, byte letter, ulong number)
    {
        Flag(output, letter);
        output.Add(number);
    }

    /// <summary>Seconds that are left of an item's life; 0: it is over; -1: it has no end.</summary>
    public static void TimeLeft(ReplyBuffer output, in Piece item, uint now)
    {
        Flag(output, (byte)'t');
        output.AddSigned(item.ExpiresAt == 0 ? -1 : Math.Max(0, (long)item.ExpiresAt - now));
    }

    /// <summary>The key, in base64 if it came so.</summary>
    public static void Key(ReplyBuffer output, ReadOnlySpan<byte> key, bool isBinary)
    {
        Flag(output, (byte)'k');
        if (!isBinary)
        {
            output.Add(key);
            return;
        }
        Base64Key.Encode(key, output);
        Flag(output, (byte)'b');
    }

    /// <summary>The opaque token, as it came. False: it is too long.</summary>
    public static bool TryOpaque(ReplyBuffer output, ReadOnlySpan<byte> token)
    {
        if (token.Length > MetaFlags.OpaqueBytesMax) return false;
        output.Add((byte)' ');
        output.Add(token);
        return true;
    }

    /// <summary>Whether another client renews the item, whether it is stale, and whether this one is to renew it.
    /// </summary>
    public static void Turn(ReplyBuffer output, ref Piece item, bool wins)
    {
        bool isTaken = item.Has(ItemMarks.Won);
        if (isTaken) Flag(output, WonByOther);
        if (item.Has(ItemMarks.Stale))
        {
            Flag(output, Stale);
            wins |= !isTaken;
        }
        if (!wins) return;
        Flag(output, Won);
        item.Set(ItemMarks.Won, true);
    }

    /// <summary>The opaque token and the key, for which no item is needed. False: the token is too long.</summary>
    public static bool TryEcho(ReplyBuffer output, in Tokens tokens, in MetaFlags flags)
    {
        for (int i = 2; i < tokens.Count; i++)
        {
            if (tokens[i][0] == 'O' && !TryOpaque(output, tokens[i])) return false;
            if (tokens[i][0] == 'k') Key(output, flags.Key, flags.BinaryKey);
        }
        return true;
    }
}
