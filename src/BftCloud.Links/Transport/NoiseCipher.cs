using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using BftCloud.Primitives;
using NSec.Cryptography;
using Blake2b = BftCloud.Primitives.Blake2b;

namespace BftCloud.Links;

/// <summary>
/// One direction of a link after the handshake (Noise section 5.1): a key in guarded memory and a 64-bit counter that
/// is the nonce. A record opens only with the counter it was sealed with, so one that is lost, repeated or out of
/// order ends the link.
/// </summary>
internal sealed class NoiseCipher : IDisposable
{
    /// <summary>What the handshake derives for each direction, in every suite.</summary>
    public const int KeyBytes = 32;

    private const int NonceBytesMax = 16;

    /// <summary>A million records per second get here in 36,000 years, so there is no rekeying.</summary>
    private const ulong RecordsMax = 1UL << 60;

    private readonly AeadAlgorithm _algorithm;
    private readonly Key _key;
    private ulong _counter;

    public NoiseCipher(ReadOnlySpan<byte> key, CipherSuites suite = CipherSuites.ChaCha20Poly1305)
    {
        switch (suite)
        {
            case CipherSuites.ChaCha20Poly1305:
                _algorithm = AeadAlgorithm.ChaCha20Poly1305;
                _key = Key.Import(_algorithm, key, KeyBlobFormat.RawSymmetricKey);
                break;
            case CipherSuites.Aegis128L:
                _algorithm = AeadAlgorithm.Aegis128L;
                _key = ImportShorter(_algorithm, key, "BftCloud links: AEGIS-128L"u8);
                break;
            default:
                throw new UnreachableException($"{suite} is not one suite.");
        }
        Invariant.Holds(_algorithm.NonceSize <= NonceBytesMax, "a nonce fits the memory for it");
    }

    /// <summary>What a record has beyond its plaintext.</summary>
    public int TagBytes => _algorithm.TagSize;

    /// <summary>Seals the plaintext in place; its tag takes the last bytes.</summary>
    public void Seal(Span<byte> plaintextAndTag) => Seal(plaintextAndTag[..^TagBytes], default, plaintextAndTag);

    /// <summary>
    /// Opens in place; the plaintext is all but the tag. False if it is not the next record of this link.
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
        Span<byte> nonce = stackalloc byte[NonceBytesMax];
        _algorithm.Encrypt(_key, NextNonce(nonce), associated, plaintext, sealedBytes);
    }

    /// <summary>Opens what was sealed with the same counter and associated data.</summary>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> plaintext)
    {
        if (_counter == RecordsMax) return false;
        Span<byte> nonce = stackalloc byte[NonceBytesMax];
        return _algorithm.Decrypt(_key, NextNonce(nonce), associated, sealedBytes, plaintext);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();

    /// <summary>Noise section 12.3: zero bits, then the counter in 64 bits, little-endian.</summary>
    private ReadOnlySpan<byte> NextNonce(Span<byte> memory)
    {
        Span<byte> nonce = memory[..^(NonceBytesMax - _algorithm.NonceSize)];
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[^sizeof(ulong)..], _counter++);
        return nonce;
    }

    /// <summary>A key for a suite that takes a shorter one, which no other suite uses.</summary>
    private static Key ImportShorter(AeadAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        Span<byte> derived = stackalloc byte[algorithm.KeySize];
        Blake2b.Mac(key, purpose, derived);
        Key imported = Key.Import(algorithm, derived, KeyBlobFormat.RawSymmetricKey);
        CryptographicOperations.ZeroMemory(derived);
        return imported;
    }
}
