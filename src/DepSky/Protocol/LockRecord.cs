using System.Buffers;
using System.Globalization;
using System.Text;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// A lock file: its name says all, <c>EPOCH-EXPIRES-OWNER</c> in hexadecimal, and its content is the name signed, so
/// that no cloud can lock a writer out.
/// </summary>
internal readonly record struct LockRecord(uint Epoch, long ExpiresAtMs, UInt128 Owner)
{
    public const int BytesMax = 1024;
    private const int NameLength = 8 + 1 + 16 + 1 + 32;

    public string Name(UnitLayout layout) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{layout.LockPrefix}{Epoch:x8}-{ExpiresAtMs:x16}-{(ulong)(Owner >> 64):x16}{(ulong)Owner:x16}");

    public static bool TryReadName(UnitLayout layout, string name, out LockRecord record)
    {
        record = default;
        if (!name.StartsWith(layout.LockPrefix, StringComparison.Ordinal)) return false;
        // The same shape as an attempt's: two numbers and a random one.
        if (name.Length != layout.LockPrefix.Length + NameLength
            || !VersionId.TryParse(name.AsSpan(layout.LockPrefix.Length), out VersionId id)
            || id.Version.Number > long.MaxValue)
            return false;
        record = new LockRecord(id.Version.Epoch, (long)id.Version.Number, id.Attempt);
        return true;
    }

    public byte[] Encode(UnitLayout layout, KeyPair writer) => SignedBody.Encode(Body(layout), writer);

    public bool IsGenuine(UnitLayout layout, ReadOnlyMemory<byte> content, PublicKey writer) =>
        SignedBody.TryOpen(content, BytesMax, writer, out ReadOnlyMemory<byte> body, out _)
            && body.Span.SequenceEqual(Body(layout));

    private byte[] Body(UnitLayout layout)
    {
        ArrayBufferWriter<byte> body = new();
        CanonicalWriter write = new(body);
        write.WriteArrayHeader(3);
        write.WriteInt64(1);
        write.WriteBinary("depsky lock"u8);
        write.WriteBinary(Encoding.ASCII.GetBytes(Name(layout)));
        write.Flush();
        return body.WrittenSpan.ToArray();
    }
}
