using System.Runtime.InteropServices;

namespace BftSmr.Cryptography;

/// <summary>The functions of libsodium that are used, and nothing else.</summary>
internal static partial class Sodium
{
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

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    [SuppressGCTransition]
    public static partial int GenericHash(Span<byte> output, nuint outputLength, ReadOnlySpan<byte> input, ulong inputLength, ReadOnlySpan<byte> key, nuint keyLength);

    /// <summary>Stops on a failure that only a programming error can cause.</summary>
    public static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException("libsodium refused its arguments.");
    }
}
