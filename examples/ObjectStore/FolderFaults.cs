namespace ObjectStore;

/// <summary>What can happen to a cloud. Here a cloud is a folder.</summary>
internal static class FolderFaults
{
    /// <summary>It loses everything, as a new cloud in its place has nothing yet.</summary>
    public static void Empty(string folder)
    {
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
    }

    /// <summary>It changes one bit in each of its files: blocks, shares of keys, and metadata.</summary>
    public static void Tamper(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length > 0) bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
    }
}
