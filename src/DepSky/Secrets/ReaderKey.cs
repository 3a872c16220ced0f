using System.Security.Cryptography;
using BftCloud.Primitives;

namespace DepSky;

/// <summary>
/// A secret that readers and writers of units have and clouds do not: it goes into the key of every version, so that even all clouds together cannot read. Without one, f+1 colluding clouds can.
/// </summary>
public sealed class ReaderKey : IDisposable
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly byte[] _secret = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _disposed;

    /// <summary>A key from exactly <see cref="Size"/> secret bytes.</summary>
    /// <param name="secret">The secret; the caller zeroes its copy.</param>
    public ReaderKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size) throw new ArgumentException($"A reader key has {Size} bytes, not {secret.Length}.", nameof(secret));
        secret.CopyTo(_secret);
    }

    /// <summary>A new key from the system's random generator.</summary>
    public static ReaderKey Generate()
    {
        Span<byte> secret = stackalloc byte[Size];
        RandomNumberGenerator.Fill(secret);
        ReaderKey key = new(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>Writes the secret, for a key file; the caller zeroes it.</summary>
    /// <param name="destination"><see cref="Size"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _secret.CopyTo(destination);
    }

    /// <summary>The content's key that follows from what clouds share and this.</summary>
    internal void Derive(ReadOnlySpan<byte> sharedKey, Span<byte> contentKey)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Blake2b.Mac(_secret, sharedKey, contentKey);
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }
}
