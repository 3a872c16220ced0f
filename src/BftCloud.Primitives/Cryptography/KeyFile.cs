using System.Security.Cryptography;
using System.Text;

namespace BftCloud.Primitives;

/// <summary>
/// A node's key pair on disk: three lines of text - what the file is, the public key, the secret seed - readable by its
/// owner only.
/// </summary>
public static class KeyFile
{
    private const string Header = "bftcloud ed25519 secret key 1";
    private const string PublicPrefix = "public ";
    private const string SecretPrefix = "secret ";
    private const int FileBytesMax = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Writes a new file with mode 0600, and to disk.</summary>
    /// <exception cref="KeyFileException">
    /// The file exists already (a key is never overwritten), cannot be written, or the pair came from a file.
    /// </exception>
    public static void Save(string path, KeyPair keyPair)
    {
        ArgumentNullException.ThrowIfNull(keyPair);
        if (File.Exists(path))
            throw new KeyFileException(
                $"Key file '{path}' exists already and is not overwritten. "
                + "Choose another path, or remove it if nothing needs that key any more.");
        if (!keyPair.IsExportable)
            throw new KeyFileException(
                $"The key pair {keyPair.PublicKey} was read from a key file, so it cannot be written to another. "
                + $"Copy that file to '{path}'.");
        byte[] seed = GC.AllocateArray<byte>(KeyPair.SeedSize, pinned: true);
        byte[] text = GC.AllocateArray<byte>(FileBytesMax, pinned: true);
        try
        {
            keyPair.CopySeedTo(seed);
            int length = Encoding.ASCII.GetBytes($"{Header}\n{PublicPrefix}{keyPair.PublicKey}\n{SecretPrefix}", text);
            Convert.TryToHexStringLower(seed, text.AsSpan(length), out int written);
            length += written;
            text[length++] = (byte)'\n';
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using FileStream file = new(path, options);
            file.Write(text, 0, length);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"Key file '{path}' cannot be written: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Reads a key file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The public key that the cluster's configuration gives for this node, to find a mix-up
    /// here rather than at every peer.</param>
    /// <exception cref="KeyFileException">Missing, readable by others, malformed, or not the expected key.</exception>
    public static KeyPair Load(string path, PublicKey? expected = null)
    {
        byte[] text = GC.AllocateArray<byte>(FileBytesMax, pinned: true);
        try
        {
            ReadOnlySpan<byte> content = Read(path, text);
            KeyPair pair = Parse(path, content);
            if (expected is not null && pair.PublicKey != expected)
            {
                string actual = pair.PublicKey.ToString();
                pair.Dispose();
                throw new KeyFileException(
                    $"Key file '{path}' holds the key {actual}, but cluster.json gives {expected} for this node. "
                    + "Use the key file that was made with this cluster.json.");
            }
            return pair;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static ReadOnlySpan<byte> Read(string path, byte[] buffer)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new KeyFileException(
                    $"Key file '{path}' can be read or written by other users. "
                    + $"Run: chmod 600 '{path}' - and if it may have been copied, replace the key.");
            if (file.Length >= buffer.Length) throw Malformed(path, "it is too long");
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return buffer.AsSpan(0, length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException(
                $"Key file '{path}' does not exist. "
                + "Copy the one that 'bftcloud cluster init' made for this node, or correct the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"Key file '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static KeyPair Parse(string path, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> header = NextLine(ref text);
        if (!Matches(header, Header)) throw Malformed(path, $"its first line is not '{Header}'");
        ReadOnlySpan<byte> publicLine = NextLine(ref text);
        ReadOnlySpan<byte> secretLine = NextLine(ref text);
        if (!text.IsEmpty) throw Malformed(path, "something follows the third line");
        Span<byte> publicKey = stackalloc byte[PublicKey.Size];
        if (!TryReadHex(publicLine, PublicPrefix, publicKey))
            throw Malformed(path, $"its second line is not '{PublicPrefix}' and 64 hexadecimal digits");
        Span<byte> seed = stackalloc byte[KeyPair.SeedSize];
        if (!TryReadHex(secretLine, SecretPrefix, seed))
            throw Malformed(path, $"its third line is not '{SecretPrefix}' and 64 hexadecimal digits");
        KeyPair pair = KeyPair.FromSeed(seed, isExportable: false);
        CryptographicOperations.ZeroMemory(seed);
        if (pair.PublicKey == new PublicKey(publicKey)) return pair;
        pair.Dispose();
        throw Malformed(path, "its public and secret key do not belong together");
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static bool Matches(ReadOnlySpan<byte> line, string text) => Ascii.Equals(line, text);

    private static bool TryReadHex(ReadOnlySpan<byte> line, string prefix, Span<byte> bytes) =>
        line.Length == prefix.Length + 2 * bytes.Length
        && Matches(line[..prefix.Length], prefix)
        && Convert.FromHexString(
            line[prefix.Length..], bytes, out _, out int written) == System.Buffers.OperationStatus.Done
        && written == bytes.Length;

    private static KeyFileException Malformed(string path, string what) =>
        new($"'{path}' is not a key file: {what}. Restore it from a copy, or make the node a new key.");
}
