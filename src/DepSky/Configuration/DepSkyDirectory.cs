using System.Globalization;
using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>
/// A directory with all that is needed to try DepSky on one machine: <c>depsky.json</c>, <c>keys/</c>, and
/// <c>clouds/cloudN</c>, a folder for each cloud.
/// </summary>
internal static class DepSkyDirectory
{
    /// <summary>The name of the configuration file in it.</summary>
    public const string ConfigurationFileName = "depsky.json";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Writes a new one, with fresh keys of mode 0600.</summary>
    /// <param name="path">The directory to make; new or empty.</param>
    /// <param name="clouds">How many clouds.</param>
    /// <param name="faulty">How many of them may be faulty; null for as many as so many clouds tolerate.</param>
    /// <param name="protection">What clouds may learn.</param>
    /// <param name="withReaderKey">Whether reading takes a secret that clouds do not have.</param>
    /// <returns>Path of the configuration file.</returns>
    /// <exception cref="ConfigurationException">The directory is not empty or cannot be written, or the numbers do not
    /// fit.</exception>
    public static string Create(
        string path, int clouds, int? faulty = null, DataProtection protection = DataProtection.Confidential,
        bool withReaderKey = false)
    {
        int f = faulty ?? (clouds - 1) / 3;
        if (f < 1 || clouds < 3 * f + 1 || clouds > CloudQuorums.CloudsMax)
        {
            throw new ConfigurationException("new configuration", string.Create(CultureInfo.InvariantCulture,
                $"{clouds} clouds cannot tolerate {Math.Max(f, 1)} faulty ones. Four clouds tolerate one, "
                + $"seven tolerate two, and so on; name at most {CloudQuorums.CloudsMax} clouds."));
        }
        string full = Path.GetFullPath(path);
        try
        {
            if (File.Exists(full))
                throw new ConfigurationException(full, "is a file. Name a directory that is new or empty.");
            if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
                throw new ConfigurationException(
                    full,
                    "the directory is not empty, and nothing in it is overwritten. "
                    + "Name a new one, or remove it if nothing needs it any more.");
            return Write(full, clouds, f, protection, withReaderKey);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                full,
                $"the configuration cannot be written there: {e.Message} "
                + "Name another directory, or correct its permissions.", e);
        }
    }

    private static string Write(string path, int clouds, int faulty, DataProtection protection, bool withReaderKey)
    {
        string keys = Path.Combine(path, "keys");
        MakeDirectory(path);
        MakeDirectory(keys);
        using KeyPair writer = KeyPair.Generate();
        string writerFile = Path.Combine(keys, "writer.key");
        KeyFile.Save(writerFile, writer);
        string? readerFile = null;
        if (withReaderKey)
        {
            using ReaderKey reader = ReaderKey.Generate();
            ReaderKeyFile.Save(readerFile = Path.Combine(keys, "reader.key"), reader);
        }
        FolderConfiguration[] folders =
            [.. Enumerable.Range(0, clouds).Select(i => string.Create(CultureInfo.InvariantCulture, $"cloud{i}"))
                .Select(name => new FolderConfiguration(name, Path.Combine(path, "clouds", name)))];
        foreach (FolderConfiguration folder in folders) Directory.CreateDirectory(folder.Path);
        string file = Path.Combine(path, ConfigurationFileName);
        new DepSkyConfiguration
        {
            Faulty = faulty, Protection = protection, Writer = writer.PublicKey,
            WriterKeyFile = writerFile, ReaderKeyFile = readerFile, Clouds = folders,
        }.Save(file);
        return file;
    }

    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }
}
