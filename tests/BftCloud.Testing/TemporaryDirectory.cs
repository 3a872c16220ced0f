namespace BftCloud.Testing;

/// <summary>A directory of a test's own, gone when the test is over.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bftcloud-test-").FullName;

    public string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A copy of everything in it, in another one.</summary>
    public TemporaryDirectory Copy()
    {
        TemporaryDirectory copy = new();
        foreach (string directory in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(copy.At(System.IO.Path.GetRelativePath(Path, directory)));
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            File.Copy(file, copy.At(System.IO.Path.GetRelativePath(Path, file)));
        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
