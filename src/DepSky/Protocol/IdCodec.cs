using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>A <see cref="VersionId"/> as an array of four numbers.</summary>
internal static class IdCodec
{
    public static void Write(ref CanonicalWriter write, VersionId id)
    {
        write.WriteArrayHeader(4);
        write.WriteUInt64(id.Version.Epoch);
        write.WriteUInt64(id.Version.Number);
        write.WriteUInt64((ulong)(id.Attempt >> 64));
        write.WriteUInt64((ulong)id.Attempt);
    }

    public static bool TryRead(ref CanonicalReader read, out VersionId id)
    {
        id = default;
        if (!read.TryReadArray(4) || !read.TryReadUInt64(out ulong epoch)
            || epoch > uint.MaxValue || !read.TryReadUInt64(out ulong number)
            || !read.TryReadUInt64(out ulong high) || !read.TryReadUInt64(out ulong low))
            return false;
        id = new VersionId(new ObjectVersion((uint)epoch, number), new UInt128(high, low));
        return true;
    }
}
