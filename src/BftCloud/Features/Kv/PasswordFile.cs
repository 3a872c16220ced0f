using System.Text;
using BftCloud.Common;

namespace BftCloud.Features.Kv;

/// <summary>The file with the password that a gateway asks its clients for.</summary>
internal static class PasswordFile
{
    private const int FileBytesMax = 64 << 10;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The file's first line.</summary>
    /// <exception cref="CommandFailedException">Missing, readable by others, too long, or without a
    /// password.</exception>
    public static string Load(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new CommandFailedException(
                    $"The password file '{path}' can be read or written by other users. Run: chmod 600 '{path}' - and "
                    + "if it may have been read, choose another password.");
            if (file.Length > FileBytesMax)
                throw new CommandFailedException(
                    $"The password file '{path}' has more than {FileBytesMax} bytes. Name the right file.");
            using StreamReader reader = new(file, Encoding.UTF8);
            string? password = reader.ReadLine();
            return string.IsNullOrEmpty(password)
                ? throw new CommandFailedException($"{path}: its first line is empty. Write the password there.")
                : password;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                $"The password file '{path}' cannot be read: {e.Message} Name a file of yours with mode 0600.", e);
        }
    }
}
