using System.Text;
using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>
/// Where a cloud's secret (key, password) comes from: a file that only its owner can read, or an environment variable.
/// Secrets never stand in depsky.json itself.
/// </summary>
internal sealed record SecretSource
{
    private const string FileKey = "secretFile";
    private const string EnvironmentKey = "secretEnvironment";
    private const int FileBytesMax = 64 << 10;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private SecretSource(string? file, string? environmentVariable) =>
        (File, EnvironmentVariable) = (file, environmentVariable);

    /// <summary>The file whose first line it is; absolute. Null if it comes from the environment.</summary>
    public string? File { get; }

    /// <summary>The environment variable that holds it; null if it comes from a file.</summary>
    public string? EnvironmentVariable { get; }

    /// <summary>The first line of a file.</summary>
    public static SecretSource FromFile(string path) => new(Path.GetFullPath(path), null);

    /// <summary>An environment variable.</summary>
    public static SecretSource FromEnvironment(string variable) => new(null, variable);

    /// <summary>Reads the secret.</summary>
    /// <exception cref="ConfigurationException">It is not there, or others can read it.</exception>
    public string Read()
    {
        if (EnvironmentVariable is not null)
        {
            string? value = Environment.GetEnvironmentVariable(EnvironmentVariable);
            return string.IsNullOrEmpty(value)
                ? throw new ConfigurationException(
                    "environment", EnvironmentVariable,
                    "is not set. Set it to the cloud's secret, or name a file with 'secretFile'.")
                : value;
        }
        try
        {
            using FileStream file = new(File!, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new ConfigurationException(
                    File!,
                    $"other users can read or write this secret. "
                    + $"Run: chmod 600 '{File}' - and if it may have been copied, replace the secret.");
            if (file.Length > FileBytesMax)
                throw new ConfigurationException(File!, "it is too long for a secret. Is it the right file?");
            using StreamReader reader = new(file, Encoding.UTF8);
            string? secret = reader.ReadLine();
            return string.IsNullOrEmpty(secret)
                ? throw new ConfigurationException(File!, "its first line is empty. Write the cloud's secret there.")
                : secret;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException(
                File!, "there is no such file. Write the cloud's secret into its first line, and run chmod 600 on it.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(File!, $"it cannot be read: {e.Message}", e);
        }
    }

    internal static SecretSource Read(SettingsReader settings)
    {
        bool inFile = settings.Has(FileKey), inEnvironment = settings.Has(EnvironmentKey);
        if (inFile == inEnvironment)
            throw settings.Error(
                inFile ? EnvironmentKey : FileKey,
                inFile
                    ? "stands beside 'secretFile'. Remove one of them."
                    : "is missing, and so is 'secretEnvironment'. Add one: "
                    + "a file whose first line is the secret, or an environment variable.");
        // Both are asked for, so that both are known where a key is misspelt.
        string? variable = settings.OptionalText(EnvironmentKey);
        return inFile ? FromFile(settings.FilePath(FileKey)) : FromEnvironment(variable!);
    }

    internal (string Key, object Value) Field(string configurationFile) =>
        File is null
            ? (EnvironmentKey, EnvironmentVariable!)
            : (FileKey, SettingsWriter.Relative(configurationFile, File));
}
