using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>
/// get, gets, gat and gats: takes keys one by one, as they come and as there is room for their values. A line with a
/// million keys needs no more memory than one with two.
/// </summary>
internal sealed class KeyWalk(Exchange exchange)
{
    private const int KeyBytesMax = Exchange.KeyBytesMax;

    private bool _withCas, _touches, _endIsDue;
    private uint _expiresAt;

    /// <summary>
    /// Bytes of the line that are left to look at, and then to pass over; -1: the line's end has not come yet.
    /// </summary>
    private int _left, _behind;

    /// <summary>Keys are left.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Begins with what stands behind the command's name, or behind its expiry.</summary>
    /// <param name="withCas">CAS values are wanted.</param>
    /// <param name="expiresAt">The new expiry of what is found; null: none.</param>
    /// <param name="left">Bytes with keys; -1 if the line's end has not come yet.</param>
    /// <param name="behind">Bytes to pass over behind them.</param>
    public void Begin(bool withCas, uint? expiresAt, int left, int behind)
    {
        (_withCas, _touches, _expiresAt) = (withCas, expiresAt is not null, expiresAt ?? 0);
        (_left, _behind, IsUnderWay) = (left, behind, true);
    }

    /// <summary>Whether a key of the line is too long.</summary>
    public static bool HasTooLong(ReadOnlySpan<byte> keys)
    {
        while (keys.Length > KeyBytesMax)
        {
            int end = keys.IndexOf((byte)' ');
            if (end > KeyBytesMax || (end < 0 && keys.Length > KeyBytesMax)) return true;
            keys = keys[(end + 1)..];
        }
        return false;
    }

    /// <summary>Answers keys until the line ends, the room does, or more input is needed.</summary>
    public Progress Continue(ReadOnlySpan<byte> input, out int taken)
    {
        taken = 0;
        while (true)
        {
            if (exchange.Output.Room < Session.ReplyBytesMax) return Progress.OutputFull;
            ReadOnlySpan<byte> rest = _left < 0 ? input[taken..] : input.Slice(taken, _left);
            int blanks = rest.IndexOfAnyExcept((byte)' ');
            if (blanks < 0) blanks = rest.Length;
            rest = rest[blanks..];
            Progress progress = TryNext(rest, out ReadOnlySpan<byte> key, out int length, out bool isEnd);
            taken += blanks;
            if (_left >= 0) _left -= blanks + length;
            if (progress != Progress.GoesOn) return progress;
            taken += length;
            if (!key.IsEmpty) Answer(key);
            if (isEnd)
            {
                taken += _behind;
                IsUnderWay = false;
                _endIsDue = true;
                return Progress.GoesOn;
            }
            if (exchange.Sending != 0) return Progress.GoesOn;
        }
    }

    /// <summary>After the last key and its value: says that it was the last, unless there is no room.</summary>
    public bool TryEnd()
    {
        if (!_endIsDue) return true;
        ReadOnlySpan<byte> end = "END\r\n"u8;
        if (exchange.Output.Room < end.Length) return false;
        exchange.Output.Add(end);
        _endIsDue = false;
        return true;
    }

    /// <summary>The next key, which may be none, and whether the line ends there.</summary>
    private Progress TryNext(
        ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> key, out int length, out bool isEnd)
    {
        isEnd = false;
        int end = _left < 0 ? rest.IndexOfAny((byte)' ', (byte)'\n') : rest.IndexOf((byte)' ');
        if (end < 0)
        {
            key = rest;
            length = _left < 0 ? 0 : rest.Length;
            isEnd = _left >= 0;
            if (isEnd) return Progress.GoesOn;
            return rest.Length <= KeyBytesMax + 1 ? Progress.NeedsInput : Refuse();
        }
        key = rest[..end];
        length = end;
        if (_left < 0 && rest[end] == '\n')
        {
            isEnd = true;
            length++;
            if (key is [.., (byte)'\r']) key = key[..^1];
        }
        return key.Length <= KeyBytesMax ? Progress.GoesOn : Refuse();
    }

    /// <summary>Of a line that is being answered already: the rest of it cannot be told from other commands.</summary>
    private Progress Refuse()
    {
        IsUnderWay = false;
        exchange.Reply(Texts.BadFormat);
        exchange.Closes = true;
        return Progress.Closes;
    }

    private void Answer(ReadOnlySpan<byte> key)
    {
        CacheStore store = exchange.Store;
        CacheCounters counters = store.Counters;
        uint item = store.Find(key, store.HashOf(key));
        if (_touches)
        {
            counters.Touches++;
            if (item == 0) counters.TouchMisses++;
            else counters.TouchHits++;
        }
        else
        {
            counters.Gets++;
            if (item == 0) counters.GetMisses++;
            else counters.GetHits++;
        }
        if (item == 0) return;
        ref Piece header = ref store.At(item);
        if (_touches) header.ExpiresAt = _expiresAt;
        store.Use(item);
        ReplyBuffer output = exchange.Output;
        output.Add("VALUE "u8);
        output.Add(key);
        output.Add((byte)' ');
        output.Add(header.Flags);
        output.Add((byte)' ');
        output.Add((ulong)header.ValueLength);
        if (_withCas)
        {
            output.Add((byte)' ');
            output.Add(header.Cas);
        }
        output.Add(Texts.End);
        exchange.SendValue(item);
    }
}
