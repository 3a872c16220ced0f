using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>A cloud in a folder.</summary>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Path">The folder; absolute.</param>
internal sealed record FolderConfiguration(string Name, string Path) : CloudConfiguration(Name)
{
    internal const string Kind = "folder";

    /// <inheritdoc/>
    public override ICloud Open() => new FolderCloud(Name, Path);

    internal override IEnumerable<(string Key, object Value)> Fields(string configurationFile) =>
        [("name", Name), ("kind", Kind), ("path", SettingsWriter.Relative(configurationFile, Path))];

    internal static FolderConfiguration Read(SettingsReader settings, string name) =>
        new(name, settings.FilePath("path"));
}
