using System.Security.Cryptography;
using NSec.Cryptography;

namespace BftCloud.Primitives;

/// <summary>An X25519 key (RFC 7748). Its secret stays in NSec's guarded memory and cannot be exported.</summary>
internal sealed class AgreementKey : IDisposable
{
    /// <summary>Size in bytes of a secret, a public key, and what two of them agree on.</summary>
    public const int Size = 32;

    private readonly Key _key;
    private readonly byte[] _publicBytes;

    private AgreementKey(Key key)
    {
        _key = key;
        _publicBytes = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>The public half.</summary>
    public ReadOnlySpan<byte> PublicBytes => _publicBytes;

    /// <summary>A new key from the system's random generator.</summary>
    public static AgreementKey Generate()
    {
        Span<byte> secret = stackalloc byte[Size];
        SecretRandom.Fill(secret);
        AgreementKey key = FromSecret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>The key that has this secret; the caller zeroes its copy.</summary>
    public static AgreementKey FromSecret(ReadOnlySpan<byte> secret) =>
        new(Key.Import(KeyAgreementAlgorithm.X25519, secret, KeyBlobFormat.RawPrivateKey));

    /// <summary>
    /// Agrees on a secret with the holder of a public key; false, and zeros, if that key has small order.
    /// </summary>
    /// <param name="publicKey">The other's public key: <see cref="Size"/> bytes.</param>
    /// <param name="shared">Receives <see cref="Size"/> bytes; the caller zeroes them.</param>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        X25519 algorithm = KeyAgreementAlgorithm.X25519;
        NSec.Cryptography.PublicKey other =
            NSec.Cryptography.PublicKey.Import(algorithm, publicKey, KeyBlobFormat.RawPublicKey);
        SharedSecretCreationParameters exportable = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using SharedSecret? secret = algorithm.Agree(_key, other, exportable);
        shared.Clear();
        return secret is not null && secret.TryExport(SharedSecretBlobFormat.RawSharedSecret, shared, out _);
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => _key.Dispose();
}
