namespace DepSky.Tests.Clouds.Servers;

/// <summary>The servers from npm, installed beside the tests' binaries.</summary>
internal static class ServerPackages
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Clouds", "Servers");

    private static Lazy<Task> Installed { get; } = new(static () => NpmPackages.InstallAsync(Folder));

    /// <summary>Returns when they are there.</summary>
    public static Task InstallAsync() => Installed.Value;
}
