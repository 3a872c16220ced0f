using System.Runtime.InteropServices;

namespace BftCloud.Primitives;

/// <summary>
/// A table of MAC keys in one piece of libsodium's guarded memory, where NSec keeps its keys too. An NSec key has
/// two pages and four mappings of its own; this table has 32 bytes for each, so that it can hold one for every
/// client that a cluster admits. The keys never leave the table. Safe for any number of threads, but for two that
/// set the same key to different values.
/// </summary>
internal sealed class GuardedKeys : SafeHandle
{
    /// <summary>Size of a key in bytes.</summary>
    public const int KeySize = 32;

    private readonly int _count;

    /// <param name="count">How many keys there will be. They are not set yet.</param>
    /// <exception cref="InsufficientMemoryException">The system has no memory left for them.</exception>
    public GuardedKeys(int count)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _count = count;
        SetHandle(Sodium.Allocate((nuint)Math.Max(count, 1) * KeySize));
        if (IsInvalid) throw new InsufficientMemoryException($"There is no guarded memory left for {count} keys.");
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Copies the key into the table; the caller zeroes its own copy.</summary>
    public unsafe void Set(int index, ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"A key has {KeySize} bytes, not {key.Length}.", nameof(key));
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            key.CopyTo(new Span<byte>((void*)AddressOf(index), KeySize));
        }
        finally
        {
            if (isHeld) DangerousRelease();
        }
    }

    /// <summary>BLAKE2b of the message under the key, which was set: 16 to 64 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The keys are gone.</exception>
    public void Mac(int index, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            Sodium.KeyedHash(mac, message, AddressOf(index), KeySize);
        }
        finally
        {
            if (isHeld) DangerousRelease();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Sodium.Free(handle);
        return true;
    }

    private nint AddressOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
        return handle + index * KeySize;
    }
}
