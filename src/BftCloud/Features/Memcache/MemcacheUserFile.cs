using System.Text;
using BftCloud.Common;

namespace BftCloud.Features.Memcache;

/// <summary>The file of users, a line each: user:password.</summary>
internal static class MemcacheUserFile
{
    private const int FileBytesMax = 1 << 20;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The whole file.</summary>
    /// <exception cref="CommandFailedException">Missing, too long, or for every user to read.</exception>
    public static byte[] Load(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new CommandFailedException(
                    $"The user file '{path}' can be read or written by every user. Run: chmod 600 '{path}' - and if it "
                    + "may have been read, choose other passwords.");
            if (file.Length > FileBytesMax)
                throw new CommandFailedException(
                    $"The user file '{path}' has more than {FileBytesMax} bytes. Name the right file.");
            byte[] text = new byte[file.Length];
            file.ReadExactly(text);
            return text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The user file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The first user and its password.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static (string User, string Password) LoadFirst(string path)
    {
        string line = Encoding.UTF8.GetString(Load(path)).Split('\n', 2)[0].TrimEnd('\r');
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (line[..colon], line[(colon + 1)..])
            : throw new CommandFailedException($"{path}: its first line is no user. Write user:password there.");
    }
}
