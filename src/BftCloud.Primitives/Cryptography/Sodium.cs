using System.Runtime.InteropServices;

namespace BftCloud.Primitives;

/// <summary>
/// The functions of libsodium that NSec does not offer, bound to the library that NSec brings along. They convert keys
/// from Ed25519 to X25519, make random bytes, and compute a keyed hash whose key is not an object of its own.
/// </summary>
internal static partial class Sodium
{
    private const string Library = "libsodium";

    static Sodium()
    {
        if (Init() < 0) throw new InvalidOperationException("libsodium could not be initialised.");
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Init();

    /// <summary>BLAKE2b. The output has 16 to 64 bytes, the key as well.</summary>
    public static void KeyedHash(Span<byte> output, ReadOnlySpan<byte> input, ReadOnlySpan<byte> key) =>
        Check(GenericHash(output, (nuint)output.Length, input, (ulong)input.Length, key, (nuint)key.Length));

    /// <summary>The key is where this address points to.</summary>
    public static void KeyedHash(Span<byte> output, ReadOnlySpan<byte> input, nint key, int keyBytes) =>
        Check(GenericHash(output, (nuint)output.Length, input, (ulong)input.Length, key, (nuint)keyBytes));

    [LibraryImport(Library, EntryPoint = "crypto_generichash_blake2b")]
    private static partial int GenericHash(
        Span<byte> output, nuint outputLength, ReadOnlySpan<byte> input, ulong inputLength,
        ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library, EntryPoint = "crypto_generichash_blake2b")]
    private static partial int GenericHash(
        Span<byte> output, nuint outputLength, ReadOnlySpan<byte> input, ulong inputLength, nint key, nuint keyLength);

    /// <summary>Fails for what is no point of the curve, or one of small order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_pk_to_curve25519")]
    public static partial int PublicKeyToX25519(Span<byte> x25519, ReadOnlySpan<byte> ed25519);

    /// <summary>The Ed25519 secret is the seed and the public key, as libsodium keeps it.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_sk_to_curve25519")]
    public static partial int SecretKeyToX25519(Span<byte> x25519, ReadOnlySpan<byte> ed25519);

    [LibraryImport(Library, EntryPoint = "randombytes_buf")]
    private static partial void RandomBytes(Span<byte> output, nuint length);

    /// <summary>Unpredictable bytes, from the system's generator.</summary>
    public static void Randomize(Span<byte> output) => RandomBytes(output, (nuint)output.Length);

    /// <summary>
    /// Memory between pages that fault, out of core dumps, locked if the process may lock more; 0 if there is none.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "sodium_malloc")]
    public static partial nint Allocate(nuint bytes);

    /// <summary>Zeroes the memory and gives it back; ends the process if something wrote beyond its bounds.</summary>
    [LibraryImport(Library, EntryPoint = "sodium_free")]
    public static partial void Free(nint memory);

    /// <summary>Stops on a failure that only a programming error can cause.</summary>
    public static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException("libsodium refused its arguments.");
    }
}
