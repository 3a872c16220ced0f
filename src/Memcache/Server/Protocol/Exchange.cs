using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>What the commands of one connection share: the store, the replies, and what is under way.</summary>
internal sealed class Exchange(CacheStore store, IServerFacts server)
{
    /// <summary>The longest key, bytes.</summary>
    public const int KeyBytesMax = 250;

    /// <summary>Seconds of 30 days: larger expiry times count from 1970.</summary>
    private const int RelativeSecondsMax = 60 * 60 * 24 * 30;

    /// <summary>An expiry that is over.</summary>
    private const uint Past = 1;

    private const int StashBytes = 64;

    private int _sent;
    private byte[]? _stash;
    private int _stashed;

    public CacheStore Store => store;

    public IServerFacts Server => server;

    /// <summary>Replies that will be sent next.</summary>
    public ReplyBuffer Output { get; set; } = null!;

    /// <summary>Nothing is answered to this command.</summary>
    public bool NoReply { get; set; }

    /// <summary>The connection ends once the replies are sent.</summary>
    public bool Closes { get; set; }

    /// <summary>The pinned item whose value is being sent; 0 if none is.</summary>
    public uint Sending { get; private set; }

    /// <summary>Bytes of input that are to be passed over.</summary>
    public long Swallowing { get; set; }

    /// <summary>The item whose value is being received; 0 if none is.</summary>
    public uint Receiving { get; private set; }

    /// <summary>What is to become of it.</summary>
    public ItemWrite Write { get; private set; }

    /// <summary>It came by a meta command.</summary>
    public bool IsMeta { get; private set; }

    /// <summary>What a meta command has back, while its value is being received.</summary>
    public ReadOnlySpan<byte> Stash => _stash.AsSpan(0, _stashed);

    /// <summary>Answers with a line, unless the client wants none.</summary>
    public void Reply(ReadOnlySpan<byte> text)
    {
        if (NoReply) return;
        Output.Add(text);
        Output.Add(Texts.End);
    }

    /// <summary>Answers with a line in any case.</summary>
    public void ReplyAlways(ReadOnlySpan<byte> text)
    {
        NoReply = false;
        Reply(text);
    }

    /// <summary>Answers with a line, and passes over the value that follows.</summary>
    public void Refuse(ReadOnlySpan<byte> text, int valueLength)
    {
        Reply(text);
        Swallowing = (long)valueLength + Texts.End.Length;
    }

    /// <summary>Sends an item's value and the end of its line, in pieces if the room does not suffice.</summary>
    public void SendValue(uint item)
    {
        int length = store.At(item).ValueLength;
        if (length + Texts.End.Length <= Output.Room)
        {
            store.Read(item, 0, Output.Take(length));
            Output.Add(Texts.End);
            return;
        }
        store.Pin(item);
        (Sending, _sent) = (item, 0);
    }

    /// <summary>Sends more of a value. True once it is complete.</summary>
    public bool ContinueSending()
    {
        int left = store.At(Sending).ValueLength - _sent;
        int length = Math.Min(left, Output.Room);
        store.Read(Sending, _sent, Output.Take(length));
        _sent += length;
        if (length < left || Output.Room < Texts.End.Length) return false;
        Output.Add(Texts.End);
        store.Unpin(Sending);
        Sending = 0;
        return true;
    }

    /// <summary>Begins to receive a value that is too long to wait for.</summary>
    public void Receive(uint item, in ItemWrite write, bool isMeta, ReadOnlySpan<byte> stash)
    {
        (Receiving, Write, IsMeta) = (item, write, isMeta);
        if (stash.Length > 0) stash.CopyTo(_stash ??= new byte[StashBytes]);
        _stashed = stash.Length;
    }

    /// <summary>The value has come; what becomes of the item is the caller's.</summary>
    public void EndReceiving() => Receiving = 0;

    /// <summary>Gives up what is under way, because the connection has ended.</summary>
    public void Abandon()
    {
        if (Sending != 0) store.Unpin(Sending);
        if (Receiving != 0) store.Abandon(Receiving);
        Sending = Receiving = 0;
    }

    /// <summary>The end of an item's life, from what a client said.</summary>
    public uint ExpiryOf(int seconds) => seconds switch
    {
        0 => 0,
        < 0 => Past,
        > RelativeSecondsMax => (uint)seconds,
        _ => store.Now + (uint)seconds,
    };
}
