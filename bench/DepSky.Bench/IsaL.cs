using System.Runtime.InteropServices;

namespace DepSky.Bench;

/// <summary>The functions of Intel's ISA-L (Debian libisal2) that we compare with.</summary>
internal static unsafe partial class IsaL
{
    private const string Library = "libisal.so.2";
    private const int TableBytesPerFactor = 32;

    public static bool IsThere => NativeLibrary.TryLoad(Library, out _);

    /// <summary>Its tables for a matrix of one row per output.</summary>
    public static byte[] Tables(byte[] rows, int inputs)
    {
        byte[] tables = new byte[rows.Length * TableBytesPerFactor];
        InitTables(inputs, rows.Length / inputs, rows, tables);
        return tables;
    }

    [LibraryImport(Library, EntryPoint = "ec_init_tables")]
    private static partial void InitTables(int inputs, int outputs, byte[] rows, byte[] tables);

    [LibraryImport(Library, EntryPoint = "ec_encode_data")]
    public static partial void Encode(int length, int inputs, int outputs, byte[] tables, byte** data, byte** coding);
}
