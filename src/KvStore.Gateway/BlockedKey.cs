using KvStore.Operations;

namespace KvStore.Gateway;

/// <summary>A key that clients wait for, with the command that counts what it holds.</summary>
internal sealed class BlockedKey(byte[] key, Opcode count)
{
    public byte[] Key { get; } = key;

    public Opcode Count { get; } = count;

    /// <summary>Clients that wait for it.</summary>
    public int Clients { get; set; }

    /// <summary>The client that came to wait for it last, if it still does.</summary>
    public BlockedClient? Newest { get; set; }

    /// <summary>The store has to be asked about it, without waiting for the next poll.</summary>
    public bool IsDue { get; set; }

    /// <summary>Elements that the store told of and that no client has been sent for.</summary>
    public long Available { get; set; }

    /// <summary>The store told that it holds another type.</summary>
    public bool HoldsOther { get; set; }

    /// <summary>An element was left to a client whose command was under way already.</summary>
    public bool IsReserved { get; set; }
}
