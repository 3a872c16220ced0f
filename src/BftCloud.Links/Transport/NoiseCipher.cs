using System.Buffers.Binary;
using System.Security.Cryptography;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// One direction of a link after the handshake (Noise section 5.1): a key and a 64-bit counter that is the nonce of ChaCha20-Poly1305. A record
/// opens only with the counter it was sealed with, so one that is lost, repeated or out of order ends the link.
/// </summary>
internal sealed class NoiseCipher : IDisposable
{
    /// <summary>A million records per second get here in 36,000 years, so there is no rekeying.</summary>
    private const ulong RecordsMax = 1UL << 60;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Sodium.KeyBytes, pinned: true);
    private ulong _counter;

    public NoiseCipher(ReadOnlySpan<byte> key) => key.CopyTo(_key);

    /// <summary>Seals the plaintext in place; its tag takes the last 16 bytes.</summary>
    public void Seal(Span<byte> plaintextAndTag) => Seal(plaintextAndTag[..^Sodium.TagBytes], plaintextAndTag);

    /// <summary>Seals the plaintext into memory with room for it and its tag, which may begin where the plaintext does.</summary>
    public void Seal(ReadOnlySpan<byte> plaintext, Span<byte> sealedBytes)
    {
        if (_counter == RecordsMax) throw new InvalidOperationException("A link has sent 2^60 records. It has to be opened again.");
        Span<byte> nonce = stackalloc byte[Sodium.NonceBytes];
        WriteNonce(nonce, _counter++);
        Sodium.Seal(sealedBytes, plaintext, default, nonce, _key);
    }

    /// <summary>Opens in place; the plaintext is all but the last 16 bytes. False if it is not the next record of this link.</summary>
    public bool TryOpen(Span<byte> sealedBytes)
    {
        if (sealedBytes.Length < Sodium.TagBytes || _counter == RecordsMax) return false;
        Span<byte> nonce = stackalloc byte[Sodium.NonceBytes];
        WriteNonce(nonce, _counter++);
        return Sodium.Open(sealedBytes[..^Sodium.TagBytes], sealedBytes, default, nonce, _key);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>Noise section 12.3: 32 zero bits, then the counter, little-endian.</summary>
    public static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }
}
