using System.Security.Cryptography;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// The SymmetricState of the Noise Protocol Framework (revision 34, section 5.2) for 25519, ChaChaPoly and BLAKE2b.
/// During a handshake every key encrypts one message at most, so the nonce is always 0.
/// </summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    private const int HashBytes = 64;
    private const int BlockBytes = 128;

    // Chaining key, handshake hash.
    private readonly byte[] _state = GC.AllocateArray<byte>(2 * HashBytes, pinned: true);
    private NoiseCipher? _cipher;

    /// <param name="protocolName">At most 64 bytes of ASCII.</param>
    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName)
    {
        protocolName.CopyTo(Hash);
        protocolName.CopyTo(ChainingKey);
    }

    /// <summary>The hash of everything sent and received so far.</summary>
    public Span<byte> Hash => _state.AsSpan(HashBytes, HashBytes);

    private Span<byte> ChainingKey => _state.AsSpan(0, HashBytes);

    /// <summary>The cipher under the current key.</summary>
    private NoiseCipher Cipher =>
        _cipher ?? throw new InvalidOperationException("Nothing can be encrypted before two keys agreed.");

    public void MixHash(ReadOnlySpan<byte> data)
    {
        Span<byte> input = data.Length <= 512
            ? stackalloc byte[HashBytes + data.Length]
            : new byte[HashBytes + data.Length];
        Hash.CopyTo(input);
        data.CopyTo(input[HashBytes..]);
        Blake2b.Hash(input, Hash);
    }

    public void MixKey(ReadOnlySpan<byte> keyMaterial)
    {
        Span<byte> key = stackalloc byte[HashBytes];
        Derive(keyMaterial, ChainingKey, key);
        _cipher?.Dispose();
        _cipher = new NoiseCipher(key[..NoiseCipher.KeyBytes]);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Writes the ciphertext and its tag: 16 bytes more than the plaintext.</summary>
    public void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        Cipher.Seal(plaintext, Hash, ciphertext);
        MixHash(ciphertext);
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (!Cipher.TryOpen(ciphertext, Hash, plaintext)) return false;
        MixHash(ciphertext);
        return true;
    }

    /// <summary>The ciphers of the transport phase: the initiator's, and the responder's, direction.</summary>
    public (NoiseCipher FromInitiator, NoiseCipher FromResponder) Split(CipherSuites suite)
    {
        Span<byte> keys = stackalloc byte[2 * HashBytes];
        Derive(default, keys[..HashBytes], keys[HashBytes..]);
        NoiseCipher fromInitiator = new(keys[..NoiseCipher.KeyBytes], suite);
        NoiseCipher fromResponder = new(keys.Slice(HashBytes, NoiseCipher.KeyBytes), suite);
        CryptographicOperations.ZeroMemory(keys);
        return (fromInitiator, fromResponder);
    }

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_state);
        _cipher?.Dispose();
    }

    /// <summary>HKDF with two outputs (section 4.3), keyed by the chaining key.</summary>
    private void Derive(ReadOnlySpan<byte> keyMaterial, Span<byte> first, Span<byte> second)
    {
        Span<byte> temporary = stackalloc byte[HashBytes];
        Span<byte> input = stackalloc byte[HashBytes + 1];
        Hmac(ChainingKey, keyMaterial, temporary);
        input[0] = 1;
        Hmac(temporary, input[..1], first);
        first.CopyTo(input);
        input[HashBytes] = 2;
        Hmac(temporary, input, second);
        CryptographicOperations.ZeroMemory(temporary);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>HMAC (RFC 2104) with BLAKE2b; the key has 64 bytes, the data at most 65.</summary>
    private static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> output)
    {
        Span<byte> inner = stackalloc byte[BlockBytes + HashBytes + 1];
        Span<byte> outer = stackalloc byte[BlockBytes + HashBytes];
        for (int i = 0; i < BlockBytes; i++)
        {
            byte k = i < key.Length ? key[i] : (byte)0;
            inner[i] = (byte)(k ^ 0x36);
            outer[i] = (byte)(k ^ 0x5c);
        }
        data.CopyTo(inner[BlockBytes..]);
        Blake2b.Hash(inner[..(BlockBytes + data.Length)], outer[BlockBytes..]);
        Blake2b.Hash(outer, output);
        CryptographicOperations.ZeroMemory(inner);
        CryptographicOperations.ZeroMemory(outer);
    }
}
