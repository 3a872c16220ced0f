using BftCloud.Primitives;
using DepSky.Clouds.Http;

namespace DepSky.Configuration;

/// <summary>A cloud in a folder.</summary>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Path">The folder; absolute.</param>
internal sealed record FolderConfiguration(string Name, string Path) : CloudConfiguration(Name)
{
    internal const string Kind = "folder";

    private protected override ICloud Open(RequestPolicy policy) => new FolderCloud(Name, Path);

    /// <inheritdoc/>
    internal override string Place => $"{Kind} {CloudPlace.OfFolder(Path)}";

    internal override IEnumerable<(string Key, object Value)> Fields(string configurationFile) =>
        [("name", Name), ("kind", Kind), ("path", SettingsWriter.Relative(configurationFile, Path))];

    internal static FolderConfiguration Read(SettingsReader settings, string name) =>
        new(name, settings.FilePath("path"));
}
