using System.Security.Cryptography;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// The digest of a block: SHA-256, for which processors have instructions; every byte that is stored goes through it.
/// </summary>
internal static class BlockDigest
{
    public static Digest Of(ReadOnlySpan<byte> block)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        SHA256.HashData(block, digest);
        return new Digest(digest);
    }
}
