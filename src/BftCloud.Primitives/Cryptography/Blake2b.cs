using NSec.Cryptography;

namespace BftCloud.Primitives;

/// <summary>BLAKE2b (RFC 7693).</summary>
internal static class Blake2b
{
    /// <summary>The 32-byte hash.</summary>
    public static Digest Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        HashAlgorithm.Blake2b_256.Hash(data, digest);
        return new Digest(digest);
    }

    /// <summary>The 64-byte hash.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => HashAlgorithm.Blake2b_512.Hash(data, hash);

    /// <summary>
    /// The hash for one purpose, which the key names, or under a secret that lives for a moment: 16 to 64 bytes.
    /// Secrets that stay are NSec keys, or <see cref="GuardedKeys"/>.
    /// </summary>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac) =>
        Sodium.KeyedHash(mac, data, key);
}
