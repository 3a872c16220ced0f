using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Runs;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The manifest of a checkpoint on disk. Its file is there only once all its runs are: [magic (8), owner (4), length
/// (4), manifest, hash of all before (32)].
/// </summary>
internal static class ManifestFile
{
    public const string Suffix = ".manifest";

    /// <summary>Ends the name of one that is being written.</summary>
    public const string TemporarySuffix = ".new";

    private const int HeaderBytes = 16;

    private static ReadOnlySpan<byte> Magic => "BFTMANI\x01"u8;

    public static string FileName(Instance instance) =>
        string.Create(CultureInfo.InvariantCulture, $"{instance.Value:D16}{Suffix}");

    /// <summary>The bytes of the file in the directory of this owner.</summary>
    public static byte[] Encode(Manifest manifest, uint owner)
    {
        byte[] bytes = new byte[HeaderBytes + manifest.Encoded.Length + Digest.Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), owner);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), manifest.Encoded.Length);
        manifest.Encoded.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        Blake2b.Hash(bytes.AsSpan(0, bytes.Length - Digest.Size)).CopyTo(bytes.AsSpan(bytes.Length - Digest.Size));
        return bytes;
    }

    /// <summary>Puts a manifest on disk; its file is there as a whole or not at all.</summary>
    public static void Write(string directory, Manifest manifest, uint owner, bool flush)
    {
        string path = Path.Combine(directory, FileName(manifest.Instance)), temporary = path + TemporarySuffix;
        using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, Encode(manifest, owner), 0);
            if (flush) FileSync.Data(file);
        }
        File.Move(temporary, path, overwrite: true);
        if (flush) FileSync.Directory(directory);
    }

    /// <summary>Reads a file; false if it is damaged.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out Manifest? manifest, out uint owner)
    {
        (manifest, owner) = (null, 0);
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file) - HeaderBytes - Digest.Size;
        if (length is <= 0 or > ManifestCodec.BytesMax) return false;
        byte[] bytes = new byte[HeaderBytes + length + Digest.Size];
        if (!FileBytes.TryReadExactly(file, bytes, 0) || !bytes.AsSpan().StartsWith(Magic)) return false;
        int checkedBytes = bytes.Length - Digest.Size;
        if (Blake2b.Hash(bytes.AsSpan(0, checkedBytes)) != new Digest(bytes.AsSpan(checkedBytes))) return false;
        owner = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8));
        return BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(12)) == checkedBytes - HeaderBytes
            && ManifestCodec.TryDecode(bytes.AsMemory(HeaderBytes..checkedBytes), out manifest)
            && Path.GetFileName(path) == FileName(manifest.Instance);
    }
}
