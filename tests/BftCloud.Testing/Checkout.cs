using System.Runtime.CompilerServices;

namespace BftCloud.Testing;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>An absolute path, from the parts below the root.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root(), .. parts]);

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
