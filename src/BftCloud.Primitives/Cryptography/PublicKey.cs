namespace BftCloud.Primitives;

/// <summary>A 32-byte Ed25519 public key. Written as 64 hexadecimal digits.</summary>
public sealed record PublicKey
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly Digest _bytes;

    /// <summary>A key from exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes) => _bytes = new Digest(bytes);

    /// <summary>Writes the <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static PublicKey Parse(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        if (hex.Length != 2 * Size) throw new FormatException($"A public key has {2 * Size} hexadecimal digits, not {hex.Length}.");
        return new PublicKey(Convert.FromHexString(hex));
    }

    /// <inheritdoc/>
    public override string ToString() => _bytes.ToString();
}
