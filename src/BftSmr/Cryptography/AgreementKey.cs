namespace BftSmr.Cryptography;

/// <summary>X25519 with keys that follow from Ed25519 ones.</summary>
internal static class AgreementKey
{
    /// <summary>The X25519 public key that corresponds to an Ed25519 one.</summary>
    /// <exception cref="ArgumentException">The bytes are not a point of the curve, or one of small order.</exception>
    public static byte[] Of(PublicKey key, string owner)
    {
        Span<byte> ed25519 = stackalloc byte[PublicKey.Size];
        key.CopyTo(ed25519);
        byte[] x25519 = new byte[Sodium.KeyBytes];
        if (Sodium.PublicKeyToX25519(x25519, ed25519) != 0)
            throw new ArgumentException($"The public key of {owner}, {key}, is not a valid Ed25519 key. Correct it in cluster.json.", nameof(key));
        return x25519;
    }

    /// <summary>The shared secret, or false for a public key of small order.</summary>
    public static bool TryAgree(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey, Span<byte> shared) =>
        Sodium.ScalarMult(shared, secret, publicKey) == 0;
}
