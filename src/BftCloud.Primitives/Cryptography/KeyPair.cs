using System.Security.Cryptography;
using NSec.Cryptography;

namespace BftCloud.Primitives;

/// <summary>
/// A node's Ed25519 key pair: it signs with it, and proves itself on links by the X25519 key that follows from it.
/// Both secrets stay in guarded memory: between pages that fault, out of core dumps, and out of swap as far as the
/// process may lock memory. They are zeroed on disposal. A pair that was made here can be written to key files. A
/// pair that was read from a key file keeps its secret.
/// </summary>
public sealed class KeyPair : IDisposable
{
    internal const int SeedSize = 32;
    internal const int SignatureSize = 64;

    private readonly Key _signing;
    private readonly AgreementKey _agreement;
    private bool _disposed;

    private KeyPair(ReadOnlySpan<byte> seed, KeyExportPolicies policy)
    {
        KeyCreationParameters parameters = new() { ExportPolicy = policy };
        _signing = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, parameters);
        PublicKey = new PublicKey(_signing.PublicKey);
        _agreement = AgreementOf(seed, PublicKey);
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The X25519 key that corresponds to the Ed25519 one.</summary>
    internal AgreementKey Agreement
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _agreement;
        }
    }

    /// <summary>A new key pair from the system's random generator.</summary>
    public static KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[SeedSize];
        SecretRandom.Fill(seed);
        KeyPair pair = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return pair;
    }

    /// <summary>The key pair that follows from a 32-byte secret seed (RFC 8032); the caller zeroes its copy.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="isExportable">Whether <see cref="CopySeedTo"/> gives the seed away again.</param>
    internal static KeyPair FromSeed(ReadOnlySpan<byte> seed, bool isExportable = true)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"A seed has {SeedSize} bytes, not {seed.Length}.", nameof(seed));
        return new KeyPair(seed, isExportable ? KeyExportPolicies.AllowPlaintextExport : KeyExportPolicies.None);
    }

    /// <summary>Whether <see cref="CopySeedTo"/> may be called.</summary>
    internal bool IsExportable => _signing.ExportPolicy != KeyExportPolicies.None;

    /// <summary>Writes the 32-byte seed; the caller zeroes it.</summary>
    /// <exception cref="InvalidOperationException">The pair is not exportable.</exception>
    internal void CopySeedTo(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _signing.TryExport(KeyBlobFormat.RawPrivateKey, destination[..SeedSize], out _);
    }

    /// <summary>Ed25519 (RFC 8032) over the message as it is.</summary>
    internal void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (signature.Length != SignatureSize)
            throw new ArgumentException($"A signature has {SignatureSize} bytes.", nameof(signature));
        SignatureAlgorithm.Ed25519.Sign(_signing, message, signature);
    }

    /// <summary>Zeroes the secrets.</summary>
    public void Dispose()
    {
        _disposed = true;
        _signing.Dispose();
        _agreement.Dispose();
    }

    private static AgreementKey AgreementOf(ReadOnlySpan<byte> seed, PublicKey publicKey)
    {
        Span<byte> secrets = stackalloc byte[SeedSize + PublicKey.Size + AgreementKey.Size];
        Span<byte> signing = secrets[..(SeedSize + PublicKey.Size)], agreement = secrets[signing.Length..];
        try
        {
            seed.CopyTo(signing);
            publicKey.CopyTo(signing[SeedSize..]);
            Sodium.Check(Sodium.SecretKeyToX25519(agreement, signing));
            return AgreementKey.FromSecret(agreement);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }
    }
}
