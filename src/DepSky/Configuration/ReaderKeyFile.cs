using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>
/// A reader key on disk: two lines of text - what the file is, the secret - readable by its owner only.
/// </summary>
internal static class ReaderKeyFile
{
    private const string Header = "bftcloud depsky reader key 1\nsecret ";
    private static readonly int FileBytes = Header.Length + 2 * ReaderKey.Size + 1;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new file with mode 0600, and to disk.</summary>
    /// <exception cref="KeyFileException">The file exists already (a key is never overwritten), or cannot be
    /// written.</exception>
    public static void Save(string path, ReaderKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] secret = GC.AllocateArray<byte>(ReaderKey.Size, pinned: true);
        byte[] text = GC.AllocateArray<byte>(FileBytes, pinned: true);
        try
        {
            key.CopyTo(secret);
            int length = Encoding.ASCII.GetBytes(Header, text);
            Convert.TryToHexStringLower(secret, text.AsSpan(length), out int written);
            text[length + written] = (byte)'\n';
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using FileStream file = new(path, options);
            file.Write(text);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"Key file '{path}' cannot be written: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="KeyFileException">Missing, readable by others, or malformed.</exception>
    public static ReaderKey Load(string path)
    {
        byte[] text = GC.AllocateArray<byte>(FileBytes + 1, pinned: true);
        byte[] secret = GC.AllocateArray<byte>(ReaderKey.Size, pinned: true);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (!OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(file.SafeFileHandle) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new KeyFileException(
                    $"Key file '{path}' can be read or written by other users. "
                    + $"Run: chmod 600 '{path}' - and if it may have been copied, replace the key.");
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            bool isKey = (length == FileBytes || length == FileBytes - 1)
                && text.AsSpan().StartsWith(Encoding.ASCII.GetBytes(Header))
                && Convert.FromHexString(
                    text.AsSpan(Header.Length, 2 * ReaderKey.Size), secret, out _,
                    out int bytes) == OperationStatus.Done
                && bytes == ReaderKey.Size;
            return isKey
                ? new ReaderKey(secret)
                : throw new KeyFileException(
                    $"'{path}' is not a reader's key file. Restore it from a copy: "
                    + "no unit written with it can be read without it.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException(
                $"Key file '{path}' does not exist. Copy the reader key there, or correct 'readerKey' in depsky.json.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"Key file '{path}' cannot be read: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
