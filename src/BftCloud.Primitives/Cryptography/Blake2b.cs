namespace BftCloud.Primitives;

/// <summary>BLAKE2b (RFC 7693), by libsodium.</summary>
internal static class Blake2b
{
    /// <summary>The 32-byte hash.</summary>
    public static Digest Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        Sodium.GenericHash(digest, data, default);
        return new Digest(digest);
    }

    /// <summary>The keyed hash: a MAC of any length from 16 to 64 bytes.</summary>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac) => Sodium.GenericHash(mac, data, key);
}
