using System.Text;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using DepSky.Client;
using DepSky.Protocol;

namespace DepSky.Tests.Decoders;

/// <summary>
/// What clouds keep: names that say all, and signed records. Bodies are signed again after each change, as the worst
/// that can come is what the writer's key has signed.
/// </summary>
internal sealed class ObjectTargets(TemporaryDirectory folder)
{
    /// <summary>Those of the uploads whose tickets are made here.</summary>
    public const string Parameters = "a/b Confidential 4 1 4096 False";

    private static readonly CloudQuorums Quorums = new(4, 1);
    private static readonly UnitLayout Layout = new("a/b");
    private static readonly KeyPair Writer = KeyPair.FromSeed(new byte[KeyPair.SeedSize]);
    private static readonly byte[][] Hexadecimal =
    [
        .. new[]
        {
            "00000000", "7fffffffffffffff", "ffffffffffffffff", "-", "F", "/.meta/", "/.lock/", ".m", ".p", "..",
            "18446744073709551616",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public IEnumerable<FuzzTarget> All =>
    [
        new(
            "metadata", static random => BodyOf(MetadataCodec.Encode(Metadata(random), Writer)),
            static body => Read(body) is not null)
        {
            Again = static body => Read(body) is { } metadata ? BodyOf(MetadataCodec.Encode(metadata, Writer)) : null,
            AllocatedBytes = 8192,
            Rounds = 20,
        },
        new(
            "metadata as it comes", static random => MetadataCodec.Encode(Metadata(random), Writer),
            static bytes => MetadataCodec.TryDecode(bytes, "a/b", Id(7), Writer.PublicKey, Quorums, out _, out _))
        { Rounds = 10 },
        new(
            "announcement", static _ => BodyOf(PartRecord.Announce("a/b", Id(7), Writer)),
            static body => IsPart(PartRecord.Encode(SignedBody.Encode(body, Writer), new byte[32])))
        {
            Again = static body =>
                IsPart(PartRecord.Encode(SignedBody.Encode(body, Writer), new byte[32]))
                    ? BodyOf(PartRecord.Announce("a/b", Id(7), Writer))
                    : null,
            AllocatedBytes = 8192,
            Rounds = 10,
        },
        new(
            "part", static random => PartRecord.Encode(PartRecord.Announce("a/b", Id(7), Writer), Bytes(random, 32)),
            static bytes => IsPart(bytes))
        {
            Again = static bytes =>
                PartRecord.TryDecode(
                    bytes, "a/b", Id(7), Writer.PublicKey, out ReadOnlyMemory<byte> announcement,
                    out ReadOnlyMemory<byte> share, out _)
                    ? PartRecord.Encode(announcement.Span, share.Span)
                    : null,
            Rounds = 10,
        },
        new(
            "lock", static _ => new LockRecord(3, 4, 5).Encode(Layout, Writer),
            static bytes => new LockRecord(3, 4, 5).IsGenuine(Layout, bytes, Writer.PublicKey))
        {
            Again = static bytes =>
                new LockRecord(3, 4, 5).IsGenuine(Layout, bytes, Writer.PublicKey)
                    ? new LockRecord(3, 4, 5).Encode(Layout, Writer)
                    : null,
            Rounds = 10,
        },
        Name(
            "lock name",
            static random => new LockRecord((uint)random.Next(), random.NextInt64(), Attempt(random)).Name(Layout),
            static name => LockRecord.TryReadName(Layout, name, out LockRecord record) ? record.Name(Layout) : null),
        Name(
            "lease name", static random => new ReadLease(Id(random), random.NextInt64(), Attempt(random)).Name(Layout),
            static name => ReadLease.TryReadName(Layout, name, out ReadLease lease) ? lease.Name(Layout) : null),
        Name(
            "metadata name",
            static random => random.Next(2) == 0 ? Layout.Part(Id(random)) : Layout.Metadata(Id(random)),
            static name => !Layout.TryReadMetadataName(name, out VersionId id, out bool isPart) ? null
                : isPart ? Layout.Part(id) : Layout.Metadata(id)),
        Name(
            "attempt", static random => Id(random).ToString(),
            static name => VersionId.TryParse(name, out VersionId id) ? id.ToString() : null),
        new(
            "unit in a name",
            static random => Text(new UnitLayout($"A b/{(char)random.Next(0x100, 0xd000)}/c").MetadataPrefix),
            static bytes => UnitLayout.TryReadPlace(Text(bytes), out UnitLayout? layout)
                && layout.MetadataPrefix == Text(bytes) && new UnitLayout(layout.Unit).Unit == layout.Unit)
        {
            Words = [.. Hexadecimal, "~"u8.ToArray(), "~~"u8.ToArray(), "/"u8.ToArray()],
            AllocatedBytes = 16 << 10, AllocatedBytesPerByte = 64,
        },
        new(
            "version",
            static random => Text(new ObjectVersion((uint)random.Next(), (ulong)random.NextInt64()).ToString()),
            static bytes => ObjectVersion.TryParse(Text(bytes), out _))
        {
            Normal = static bytes =>
                ObjectVersion.TryParse(Text(bytes), out ObjectVersion version) ? Text(version.ToString()) : [],
            Words = Hexadecimal,
        },
        new("upload ticket", Ticket, OpenTicket)
        {
            Refusals = [typeof(DepSkyException)], AllocatedBytes = 64 << 10, AllocatedBytesPerByte = 200,
            Words = [.. Hexadecimal, "id "u8.ToArray(), "begun "u8.ToArray(), "stored "u8.ToArray(), "\n"u8.ToArray()],
            Rounds = 6,
        },
    ];

    /// <summary>A name in which all is written: it has one spelling.</summary>
    private static FuzzTarget Name(string name, Func<Random, string> valid, Func<string, string?> again) =>
        new(name, random => Text(valid(random)), bytes => again(Text(bytes)) is not null)
        {
            Again = bytes => again(Text(bytes)) is { } text ? Text(text) : null,
            Words = Hexadecimal,
        };

    private static byte[] BodyOf(byte[] signed) =>
        SignedBody.TryOpen(signed, int.MaxValue, Writer.PublicKey, out ReadOnlyMemory<byte> body, out _)
            ? body.ToArray()
            : throw new InvalidOperationException("What was signed does not open.");

    /// <summary>
    /// Metadata from a body that the writer's key signed; what a reader computes from it must fit together.
    /// </summary>
    private static ObjectMetadata? Read(byte[] body)
    {
        bool isRead = MetadataCodec.TryDecode(SignedBody.Encode(body, Writer), "a/b", Id(7), Writer.PublicKey, Quorums,
            out ObjectMetadata? metadata, out MetadataRejection rejection);
        if (isRead != (rejection == MetadataRejection.None))
            throw new InvalidOperationException("A refusal has a reason, and nothing else has one.");
        if (metadata is null) return null;
        long content = 0;
        for (int s = 0; s < metadata.Segments.Count; s++)
        {
            int length = metadata.ContentBytes(s);
            if (length < 0 || length > metadata.SegmentBytes || metadata.BlockBytes(s) < 0)
                throw new InvalidOperationException($"Segment {s} has {length} bytes.");
            content += length;
        }
        if (content != metadata.SizeBytes)
            throw new InvalidOperationException(
                $"The segments have {content} bytes together, the content {metadata.SizeBytes}.");
        _ = DateTimeOffset.FromUnixTimeMilliseconds(metadata.CreatedAtMs);
        return metadata;
    }

    private static bool IsPart(byte[] bytes) =>
        PartRecord.TryDecode(bytes, "a/b", Id(7), Writer.PublicKey, out _, out _, out _);

    private static ObjectMetadata Metadata(Random random)
    {
        DataProtection protection = random.Next(2) == 0 ? DataProtection.Confidential : DataProtection.Replicated;
        bool isDeleted = random.Next(4) == 0;
        long size = isDeleted ? 0 : random.Next(5 * 4096);
        int blocks = protection == DataProtection.Confidential ? Quorums.Clouds : 1;
        return new ObjectMetadata
        {
            Unit = "a/b", Id = Id(7), Data = Id(random), Protection = protection, Clouds = Quorums.Clouds,
            Faulty = Quorums.Faulty, CreatedAtMs = random.NextInt64(253_402_300_799_999), IsDeleted = isDeleted,
            SizeBytes = size, SegmentBytes = 4096, NeedsReaderKey = random.Next(2) == 0,
            ShareDigests = protection == DataProtection.Confidential && !isDeleted
                ? [.. Enumerable.Range(0, blocks).Select(_ => DigestOf(random))]
                : [],
            Segments = isDeleted
                ? []
                : [.. Enumerable.Range(0, (int)Math.Max(1, (size + 4095) / 4096)).Select(_ => new SegmentDigests(
                    (ushort)random.Next(16), [.. Enumerable.Range(0, blocks).Select(_ => DigestOf(random))]))],
        };
    }

    private byte[] Ticket(Random random)
    {
        string path = folder.At("ticket");
        ReadOnlyMemory<byte>[]? shares = random.Next(2) == 0
            ? null
            : [.. Enumerable.Range(0, 4).Select(_ => new ReadOnlyMemory<byte>(Bytes(random, SegmentShape.KeyBytes)))];
        using (UploadTicket ticket = UploadTicket.Create(path, Parameters, Attempt(random), shares))
        {
            ticket.Number(Id(random));
            for (int s = random.Next(4); s > 0; s--)
            {
                ticket.Begin(s, DigestOf(random));
                if (random.Next(2) == 0)
                    ticket.Store(s, new SegmentDigests((ushort)random.Next(16), [DigestOf(random), DigestOf(random)]));
            }
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>
    /// Opens it twice: what a damaged one left must not keep the next from opening, and what was cut off stays so.
    /// </summary>
    private bool OpenTicket(byte[] bytes)
    {
        string path = folder.At("ticket");
        File.WriteAllBytes(path, bytes);
        using (UploadTicket? ticket = UploadTicket.Open(path, Parameters, Quorums.Clouds))
        {
            if (ticket is null) return false;
        }
        using UploadTicket? again = UploadTicket.Open(path, Parameters, Quorums.Clouds);
        return again is not null
            ? true
            : throw new InvalidOperationException("What was opened once is refused the second time.");
    }

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static VersionId Id(ulong number) => new(new ObjectVersion(1, number), 99);

    private static VersionId Id(Random random) =>
        new(new ObjectVersion((uint)random.Next(), (ulong)random.NextInt64()), Attempt(random));

    private static UInt128 Attempt(Random random) => new((ulong)random.NextInt64(), (ulong)random.NextInt64());

    private static Digest DigestOf(Random random) => new(Bytes(random, Digest.Size));

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
