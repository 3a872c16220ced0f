using NSec.Cryptography;

namespace BftCloud.Primitives;

/// <summary>A 32-byte Ed25519 public key. Written as 64 hexadecimal digits.</summary>
public sealed record PublicKey
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly NSec.Cryptography.PublicKey _key;

    /// <summary>A key from exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A public key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _key = NSec.Cryptography.PublicKey.Import(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPublicKey);
    }

    internal PublicKey(NSec.Cryptography.PublicKey key) => _key = key;

    /// <summary>Writes the <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (!_key.TryExport(KeyBlobFormat.RawPublicKey, destination, out _))
            throw new ArgumentException(
                $"A public key has {Size} bytes, not {destination.Length}.", nameof(destination));
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static PublicKey Parse(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        if (hex.Length != 2 * Size)
            throw new FormatException($"A public key has {2 * Size} hexadecimal digits, not {hex.Length}.");
        return new PublicKey(Convert.FromHexString(hex));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>
    /// Whether this key's holder made the Ed25519 signature over the message. A key that is none verifies nothing.
    /// </summary>
    internal bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        SignatureAlgorithm.Ed25519.Verify(_key, message, signature);

    /// <summary>The X25519 key that corresponds to this one; false if this is no valid key.</summary>
    internal bool TryToX25519(Span<byte> x25519)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Sodium.PublicKeyToX25519(x25519, bytes) == 0;
    }
}
