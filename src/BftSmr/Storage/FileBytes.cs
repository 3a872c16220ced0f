using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>Reads what was written to a file. Bytes that the disk does not give are as bad as wrong ones.</summary>
internal static class FileBytes
{
    // What Linux says of a disk that does not give what it was given: EIO, ENODATA, EBADMSG, EUCLEAN, EREMOTEIO.
    private static readonly int[] s_damage = [5, 61, 74, 117, 121];

    /// <summary>
    /// Whether the disk lost what was written, or cannot give it; any other failure says nothing of it.
    /// </summary>
    public static bool IsDamage(IOException failure) =>
        failure is FileNotFoundException || s_damage.Contains(failure.HResult);

    /// <summary>Fills the buffer; false if the file ends before, or the disk does not give the bytes.</summary>
    public static bool TryReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int read = RandomAccess.Read(file, buffer, offset);
                if (read == 0) return false;
                buffer = buffer[read..];
                offset += read;
            }
            return true;
        }
        catch (IOException e) when (IsDamage(e))
        {
            return false;
        }
    }

    /// <summary>Where a file differs first from what was written to it; null if nowhere.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where in the file the bytes are.</param>
    /// <param name="written">The bytes that were written.</param>
    public static long? FindDifference(string path, long offset, ReadOnlySpan<byte> written)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return FindDifference(file, offset, written);
        }
        catch (IOException e) when (IsDamage(e))
        {
            return offset;
        }
    }

    /// <inheritdoc cref="FindDifference(string, long, ReadOnlySpan{byte})"/>
    public static long? FindDifference(SafeFileHandle file, long offset, ReadOnlySpan<byte> written)
    {
        byte[] bytes = new byte[written.Length];
        if (!TryReadExactly(file, bytes, offset)) return offset;
        int equal = bytes.AsSpan().CommonPrefixLength(written);
        return equal == written.Length ? null : offset + equal;
    }
}
