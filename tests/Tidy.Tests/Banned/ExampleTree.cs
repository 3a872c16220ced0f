namespace Tidy.Tests.Banned;

/// <summary>A small checkout in a folder of its own, which goes with it.</summary>
internal sealed class ExampleTree : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("tidy");

    public string At(string path) => Path.Combine(_root.FullName, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
