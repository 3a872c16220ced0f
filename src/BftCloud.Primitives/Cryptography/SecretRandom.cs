using System.Runtime.InteropServices;

namespace BftCloud.Primitives;

/// <summary>
/// Unpredictable bytes from libsodium. A replica that takes them here never loads OpenSSL, which would hold 5 MiB of
/// its memory.
/// </summary>
internal static class SecretRandom
{
    /// <summary>Fills all of <paramref name="bytes"/>. Any thread.</summary>
    public static void Fill(Span<byte> bytes) => Sodium.Randomize(bytes);

    /// <summary>A number of which every value is as likely.</summary>
    public static ulong NextUInt64()
    {
        ulong value = 0;
        Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }
}
