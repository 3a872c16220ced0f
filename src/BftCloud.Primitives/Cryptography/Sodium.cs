using System.Runtime.InteropServices;

namespace BftCloud.Primitives;

/// <summary>
/// The functions of libsodium that are used, and nothing else. The ones that run for less than about a microsecond skip the switch of
/// the garbage collector's mode; those whose time grows with their input exist in both forms.
/// </summary>
internal static partial class Sodium
{
    public const int KeyBytes = 32;
    public const int SignatureBytes = 64;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;

    /// <summary>Inputs up to here take a microsecond or two: not long enough to hold up a garbage collection.</summary>
    private const int ShortBytes = 2048;

    private const string Library = "sodium";

    static Sodium()
    {
        NativeLibrary.SetDllImportResolver(typeof(Sodium).Assembly, static (name, assembly, path) =>
        {
            if (name != Library) return 0;
            foreach (string candidate in (ReadOnlySpan<string>)["libsodium.so.23", "libsodium.so.26", "libsodium", "libsodium.dylib"])
            {
                if (NativeLibrary.TryLoad(candidate, assembly, path, out nint handle)) return handle;
            }
            throw new DllNotFoundException("libsodium was not found. Install it: 'apt-get install libsodium23', 'dnf install libsodium' or 'brew install libsodium'.");
        });
        if (Init() < 0) throw new InvalidOperationException("libsodium could not be initialised.");
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Init();

    /// <summary>BLAKE2b, keyed unless the key is empty. The output has 16 to 64 bytes, a key as well.</summary>
    public static void GenericHash(Span<byte> output, ReadOnlySpan<byte> input, ReadOnlySpan<byte> key) =>
        Check(input.Length <= ShortBytes
            ? GenericHashShort(output, (nuint)output.Length, input, (ulong)input.Length, key, (nuint)key.Length)
            : GenericHashLong(output, (nuint)output.Length, input, (ulong)input.Length, key, (nuint)key.Length));

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    [SuppressGCTransition]
    private static partial int GenericHashShort(
        Span<byte> output, nuint outputLength, ReadOnlySpan<byte> input, ulong inputLength, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    private static partial int GenericHashLong(
        Span<byte> output, nuint outputLength, ReadOnlySpan<byte> input, ulong inputLength, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library, EntryPoint = "crypto_sign_seed_keypair")]
    public static partial int SignSeedKeyPair(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    [LibraryImport(Library, EntryPoint = "crypto_sign_detached")]
    public static partial int SignDetached(Span<byte> signature, nint signatureLength, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_verify_detached")]
    public static partial int VerifyDetached(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_pk_to_curve25519")]
    public static partial int PublicKeyToX25519(Span<byte> x25519, ReadOnlySpan<byte> ed25519);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_sk_to_curve25519")]
    public static partial int SecretKeyToX25519(Span<byte> x25519, ReadOnlySpan<byte> ed25519);

    /// <summary>X25519; fails when the result would be zero, that is for a public key of small order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    public static partial int ScalarMult(Span<byte> shared, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519_base")]
    public static partial int ScalarMultBase(Span<byte> publicKey, ReadOnlySpan<byte> secret);

    /// <summary>ChaCha20-Poly1305 (RFC 8439). The output is the ciphertext with its tag and may start where the plaintext does.</summary>
    public static void Seal(Span<byte> output, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (output.Length != plaintext.Length + TagBytes) throw new ArgumentException("The output has room for the ciphertext and its tag, exactly.", nameof(output));
        Check(plaintext.Length <= ShortBytes
            ? SealShort(output, 0, plaintext, (ulong)plaintext.Length, associated, (ulong)associated.Length, 0, nonce, key)
            : SealLong(output, 0, plaintext, (ulong)plaintext.Length, associated, (ulong)associated.Length, 0, nonce, key));
    }

    /// <summary>Opens what <see cref="Seal"/> made; false if it is not authentic. The output may start where the input does.</summary>
    public static bool Open(Span<byte> output, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (output.Length != sealedBytes.Length - TagBytes) throw new ArgumentException("The output has room for the plaintext, exactly.", nameof(output));
        return 0 == (sealedBytes.Length <= ShortBytes
            ? OpenShort(output, 0, 0, sealedBytes, (ulong)sealedBytes.Length, associated, (ulong)associated.Length, nonce, key)
            : OpenLong(output, 0, 0, sealedBytes, (ulong)sealedBytes.Length, associated, (ulong)associated.Length, nonce, key));
    }

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    [SuppressGCTransition]
    private static partial int SealShort(
        Span<byte> output, nint outputLength, ReadOnlySpan<byte> plaintext, ulong plaintextLength,
        ReadOnlySpan<byte> associated, ulong associatedLength, nint unused, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    private static partial int SealLong(
        Span<byte> output, nint outputLength, ReadOnlySpan<byte> plaintext, ulong plaintextLength,
        ReadOnlySpan<byte> associated, ulong associatedLength, nint unused, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    [SuppressGCTransition]
    private static partial int OpenShort(
        Span<byte> output, nint outputLength, nint unused, ReadOnlySpan<byte> input, ulong inputLength,
        ReadOnlySpan<byte> associated, ulong associatedLength, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    private static partial int OpenLong(
        Span<byte> output, nint outputLength, nint unused, ReadOnlySpan<byte> input, ulong inputLength,
        ReadOnlySpan<byte> associated, ulong associatedLength, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    /// <summary>Stops on a failure that only a programming error can cause.</summary>
    public static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException("libsodium refused its arguments.");
    }
}
