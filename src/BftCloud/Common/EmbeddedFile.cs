namespace BftCloud.Common;

/// <summary>Files that are part of the program.</summary>
internal static class EmbeddedFile
{
    /// <summary>The bytes of one, by its name.</summary>
    public static byte[] Read(string name)
    {
        using Stream file = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"The program has no file {name}.", nameof(name));
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
