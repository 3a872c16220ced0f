using System.Security.Cryptography;

namespace BftCloud.Testing.Fuzzing;

/// <summary>
/// Inputs that once broke a promise, or that say something no random input says: each a file
/// <c>tests/PROJECT/Corpus/TARGET/NAME</c> with the bytes of the input and nothing else. A blank in the name of a
/// target is a hyphen in that of its folder.
/// </summary>
internal sealed class Corpus(string folder)
{
    /// <summary>The corpus of a test project.</summary>
    public static Corpus Of(string project) => new(Checkout.At("tests", project, "Corpus"));

    /// <summary>The files of a target, in the order of their names.</summary>
    public IReadOnlyList<string> FilesOf(string target) => Directory.Exists(FolderOf(target))
        ? [.. Directory.EnumerateFiles(FolderOf(target)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>One input.</summary>
    public byte[] Read(string target, string name) => File.ReadAllBytes(Path.Combine(FolderOf(target), name));

    /// <summary>Keeps an input, under a name that follows from its bytes.</summary>
    /// <returns>The file.</returns>
    public string Keep(string target, ReadOnlySpan<byte> input)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(input))[..16];
        string file = Path.Combine(Directory.CreateDirectory(FolderOf(target)).FullName, name);
        File.WriteAllBytes(file, input);
        return file;
    }

    /// <summary>Throws if a folder is that of no target: its inputs would never be tried.</summary>
    public void Check(IEnumerable<string> targets)
    {
        if (!Directory.Exists(folder)) return;
        HashSet<string> known = [.. targets.Select(FolderOf)];
        foreach (string found in Directory.EnumerateDirectories(folder).Where(found => !known.Contains(found)))
            throw new FuzzException($"There is no fuzz target for '{found}': rename the folder, or take it out.");
    }

    private string FolderOf(string target) => Path.Combine(folder, target.Replace(' ', '-'));
}
