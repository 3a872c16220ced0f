using System.Numerics;
using System.Runtime.InteropServices;

namespace Memcache.Server.Store;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, 2012) under a key that clients do not know: they cannot choose keys that fall
/// into one slot.
/// </summary>
/// <param name="first">Half of the key.</param>
/// <param name="second">The other half.</param>
internal readonly struct KeyHash(ulong first, ulong second)
{
    /// <summary>The hash of a key; never 0, which stands for none.</summary>
    public uint Of(ReadOnlySpan<byte> key)
    {
        ulong v0 = first ^ 0x736f6d6570736575, v1 = second ^ 0x646f72616e646f6d;
        ulong v2 = first ^ 0x6c7967656e657261, v3 = second ^ 0x7465646279746573;
        ReadOnlySpan<byte> rest = key;
        for (; rest.Length >= 8; rest = rest[8..])
        {
            ulong word = MemoryMarshal.Read<ulong>(rest);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }
        ulong last = (ulong)key.Length << 56;
        for (int i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (int i = 0; i < 3; i++) Round(ref v0, ref v1, ref v2, ref v3);
        ulong hash = v0 ^ v1 ^ v2 ^ v3;
        uint folded = (uint)(hash ^ (hash >> 32));
        return folded == 0 ? 1 : folded;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
