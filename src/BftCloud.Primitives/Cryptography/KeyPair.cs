using System.Security.Cryptography;

namespace BftCloud.Primitives;

/// <summary>
/// A node's Ed25519 key pair: it signs with it, and proves itself on links by the X25519 key that follows from it. The secret never leaves
/// a pinned buffer, which is zeroed on disposal.
/// </summary>
public sealed class KeyPair : IDisposable
{
    internal const int SeedSize = 32;

    // Ed25519 secret (seed and public key), then the X25519 secret.
    private readonly byte[] _secrets = GC.AllocateArray<byte>(96, pinned: true);
    private bool _disposed;

    private KeyPair(ReadOnlySpan<byte> seed)
    {
        Span<byte> publicKey = stackalloc byte[PublicKey.Size];
        Sodium.Check(Sodium.SignSeedKeyPair(publicKey, _secrets.AsSpan(0, 64), seed));
        Sodium.Check(Sodium.SecretKeyToX25519(_secrets.AsSpan(64), _secrets.AsSpan(0, 64)));
        PublicKey = new PublicKey(publicKey);
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The X25519 secret that corresponds to the Ed25519 one.</summary>
    internal ReadOnlySpan<byte> AgreementSecret => Secrets.Slice(64, 32);

    private ReadOnlySpan<byte> Secrets
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _secrets;
        }
    }

    /// <summary>A new key pair from the system's random generator.</summary>
    public static KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[SeedSize];
        RandomNumberGenerator.Fill(seed);
        KeyPair pair = new(seed);
        CryptographicOperations.ZeroMemory(seed);
        return pair;
    }

    /// <summary>The key pair that follows from a 32-byte secret seed (RFC 8032).</summary>
    internal static KeyPair FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize) throw new ArgumentException($"A seed has {SeedSize} bytes, not {seed.Length}.", nameof(seed));
        return new KeyPair(seed);
    }

    /// <summary>Writes the 32-byte seed; the caller zeroes it.</summary>
    internal void CopySeedTo(Span<byte> destination) => Secrets[..SeedSize].CopyTo(destination);

    /// <summary>Ed25519 (RFC 8032) over the message as it is.</summary>
    internal void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length != Sodium.SignatureBytes) throw new ArgumentException("A signature has 64 bytes.", nameof(signature));
        Sodium.Check(Sodium.SignDetached(signature, 0, message, (ulong)message.Length, Secrets[..64]));
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secrets);
    }
}
