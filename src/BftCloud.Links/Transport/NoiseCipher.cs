using System.Buffers.Binary;
using NSec.Cryptography;

namespace BftCloud.Links;

/// <summary>
/// One direction of a link after the handshake (Noise section 5.1): a key in guarded memory and a 64-bit counter that
/// is the nonce of ChaCha20-Poly1305. A record opens only with the counter it was sealed with, so one that is lost,
/// repeated or out of order ends the link.
/// </summary>
internal sealed class NoiseCipher : IDisposable
{
    public const int KeyBytes = 32;
    public const int TagBytes = 16;

    private const int NonceBytes = 12;

    /// <summary>A million records per second get here in 36,000 years, so there is no rekeying.</summary>
    private const ulong RecordsMax = 1UL << 60;

    private readonly Key _key;
    private ulong _counter;

    public NoiseCipher(ReadOnlySpan<byte> key) =>
        _key = Key.Import(AeadAlgorithm.ChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);

    /// <summary>Seals the plaintext in place; its tag takes the last 16 bytes.</summary>
    public void Seal(Span<byte> plaintextAndTag) => Seal(plaintextAndTag[..^TagBytes], default, plaintextAndTag);

    /// <summary>
    /// Opens in place; the plaintext is all but the last 16 bytes. False if it is not the next record of this link.
    /// </summary>
    public bool TryOpen(Span<byte> sealedBytes) =>
        sealedBytes.Length >= TagBytes && TryOpen(sealedBytes, default, sealedBytes[..^TagBytes]);

    /// <summary>
    /// Seals the plaintext into memory with room for it and its tag, which may begin where the plaintext does.
    /// </summary>
    public void Seal(ReadOnlySpan<byte> plaintext, Span<byte> sealedBytes) => Seal(plaintext, default, sealedBytes);

    /// <summary>Seals the plaintext together with associated data, which both ends know.</summary>
    public void Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated, Span<byte> sealedBytes)
    {
        if (_counter == RecordsMax)
            throw new InvalidOperationException("A link has sent 2^60 records. It has to be opened again.");
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, _counter++);
        AeadAlgorithm.ChaCha20Poly1305.Encrypt(_key, nonce, associated, plaintext, sealedBytes);
    }

    /// <summary>Opens what was sealed with the same counter and associated data.</summary>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> plaintext)
    {
        if (_counter == RecordsMax) return false;
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, _counter++);
        return AeadAlgorithm.ChaCha20Poly1305.Decrypt(_key, nonce, associated, sealedBytes, plaintext);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();

    /// <summary>Noise section 12.3: 32 zero bits, then the counter, little-endian.</summary>
    private static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }
}
