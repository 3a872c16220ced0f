using System.Security.Cryptography;
using NSec.Cryptography;

namespace DepSky;

/// <summary>
/// A secret that readers and writers of units have and clouds do not: it goes into the key of every version, so that
/// even all clouds together cannot read. Without one, f+1 colluding clouds can.
/// </summary>
public sealed class ReaderKey : IDisposable
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private static readonly Blake2bMac s_derivation = new(Size, Size);

    private readonly Key _key;
    private bool _disposed;

    /// <summary>A key from exactly <see cref="Size"/> secret bytes; it keeps them in guarded memory.</summary>
    /// <param name="secret">The secret; the caller zeroes its copy.</param>
    public ReaderKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size)
            throw new ArgumentException($"A reader key has {Size} bytes, not {secret.Length}.", nameof(secret));
        KeyCreationParameters parameters = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        _key = Key.Import(s_derivation, secret, KeyBlobFormat.RawSymmetricKey, parameters);
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
        _key.TryExport(KeyBlobFormat.RawSymmetricKey, destination[..Size], out _);
    }

    /// <summary>The content's key that follows from what clouds share and this.</summary>
    internal void Derive(ReadOnlySpan<byte> sharedKey, Span<byte> contentKey)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        s_derivation.Mac(_key, sharedKey, contentKey);
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
    }
}
