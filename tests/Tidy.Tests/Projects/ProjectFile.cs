using System.Xml.Linq;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Projects;

/// <summary>What a project file says that house rules ask about.</summary>
internal sealed record ProjectFile(
    SourceFile Source, string Folder, string Name, IReadOnlyList<string> References, IReadOnlyList<string> Packages,
    IReadOnlyList<string> Frameworks, IReadOnlyList<string> Usings, IReadOnlyList<string> Linked,
    IReadOnlyList<string> Friends)
{
    public static ProjectFile Parse(SourceFile source)
    {
        XElement root = XElement.Parse(source.Text);
        string folder = Path.GetDirectoryName(source.Path)!.Replace('\\', '/');
        string[] Included(string element) =>
            [.. root.Descendants(element).Select(static e => ((string)e.Attribute("Include")!).Replace('\\', '/'))];
        return new ProjectFile(source, folder, Path.GetFileNameWithoutExtension(source.Path),
            [.. Included("ProjectReference").Select(static path => Path.GetFileNameWithoutExtension(path))],
            Included("PackageReference"), Included("FrameworkReference"), Included("Using"),
            [.. Included("Compile").Select(path => Normalized(folder, path))], Included("InternalsVisibleTo"));
    }

    private static string Normalized(string folder, string path) =>
        Path.GetRelativePath("/", Path.GetFullPath(path, "/" + folder)).Replace('\\', '/');
}
