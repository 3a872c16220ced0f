using BftCloud.Primitives;
using FsCheck;
using FsCheck.Fluent;
using MessagePack;

namespace BftSmr.Tests.Codec;

/// <summary>The layer against the package beneath it: the same bytes, and only the shortest form is read.</summary>
public sealed class CanonicalPackageTests
{
    private static readonly long[] Edges =
    [
        0, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
        0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, long.MaxValue,
        -1, -32, -33, -128, -129, -32768, -32769, int.MinValue, int.MinValue - 1L, long.MinValue,
    ];

    private delegate void Writing(ref MessagePackWriter writer);

    [Fact]
    public void Numbers_are_the_packages_bytes_and_read_back_by_both()
    {
        foreach (long value in Edges) Assert.True(IsSame(value));
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<byte>(), static (n, s) => IsSame(n >> s % 64))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Numbers_without_a_sign_are_the_packages_bytes_and_read_back_by_both()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<byte>(), static (number, shift) =>
        {
            ulong value = number >> shift % 64;
            byte[] bytes = Ours((ref CanonicalWriter writer) => writer.WriteUInt64(value));
            CanonicalReader ours = new(bytes);
            MessagePackReader theirs = new(bytes);
            return bytes.AsSpan().SequenceEqual(Theirs((ref MessagePackWriter writer) => writer.Write(value)))
                && bytes.Length == CanonicalFormat.SizeOfUInt64(value)
                && ours.TryReadUInt64(out ulong read) && read == value && ours.AtEnd && theirs.ReadUInt64() == value;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Of_the_forms_of_a_number_that_the_package_reads_only_the_shortest_is_accepted()
    {
        int refused = 0;
        foreach (long value in Edges)
        {
            foreach (byte[] form in FormsOf(value))
            {
                MessagePackReader theirs = new(form);
                Assert.Equal(value, theirs.ReadInt64());
                bool isShortest = form.Length == MessagePackWriter.GetEncodedLength(value)
                    && (value >= 0) == IsUnsigned(form[0]);
                CanonicalReader signed = new(form);
                Assert.Equal(isShortest, signed.TryReadInteger(out long read) && read == value);
                CanonicalReader unsigned = new(form);
                bool isUnsigned = unsigned.TryReadUInt64(out ulong number) && number == (ulong)value;
                Assert.Equal(isShortest && value >= 0, isUnsigned);
                if (isShortest) continue;
                Assert.Equal((0, 0), (signed.Position, unsigned.Position));
                refused++;
            }
        }
        Assert.True(refused > Edges.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void Binaries_and_arrays_are_the_packages_bytes_and_read_back_by_both(int length)
    {
        byte[] payload = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        byte[] binary = Ours((ref CanonicalWriter writer) => writer.WriteBinary(payload));
        Assert.Equal(Theirs((ref MessagePackWriter writer) => writer.Write(payload)), binary);
        MessagePackReader theirs = new(binary);
        Assert.Equal(payload, theirs.ReadBytes()!.Value.FirstSpan.ToArray());
        CanonicalReader ours = new(binary);
        Assert.True(ours.TryReadBinaryOf(length, out ReadOnlyMemory<byte> read) && ours.AtEnd);
        Assert.Equal(payload, read.ToArray());

        byte[] array = Ours((ref CanonicalWriter writer) => writer.WriteArrayHeader(length));
        Assert.Equal(Theirs((ref MessagePackWriter writer) => writer.WriteArrayHeader(length)), array);
        theirs = new((byte[])[.. array, .. new byte[length]]);
        Assert.Equal(length, theirs.ReadArrayHeader());
        ours = new(array);
        Assert.True(ours.TryReadArray(length) && ours.AtEnd);
    }

    [Fact]
    public void Nil_booleans_and_extensions_are_the_packages_bytes()
    {
        byte[] ours = Ours(static (ref CanonicalWriter writer) =>
        {
            writer.WriteNil();
            writer.WriteBoolean(true);
            writer.WriteBoolean(false);
            writer.WriteExtension(-3, 200);
        });
        Assert.Equal(Theirs(static (ref MessagePackWriter writer) =>
        {
            writer.WriteNil();
            writer.Write(true);
            writer.Write(false);
            writer.WriteExtensionFormat(new ExtensionResult(-3, new byte[] { 200 }));
        }), ours);
        CanonicalReader reader = new(ours);
        Assert.True(reader.TryReadNil() && reader.TryReadTrue() && reader.TryReadBoolean(out bool no) && !no);
        Assert.False(reader.TryReadExtension(3, out _));
        Assert.True(reader.TryReadExtension(-3, out byte value) && value == 200 && reader.AtEnd);
    }

    [Fact]
    public void Whatever_is_accepted_is_read_alike_by_the_package_and_written_as_the_same_bytes()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static (byte[] bytes) =>
        {
            for (int first = 0; first <= byte.MaxValue; first++)
            {
                byte[] source = [(byte)first, .. bytes];
                CanonicalReader reader = new(source);
                if (!reader.TryReadInteger(out long value)) continue;
                MessagePackReader theirs = new(source);
                if (theirs.ReadInt64() != value || theirs.Consumed != reader.Position) return false;
                byte[] again = Theirs((ref MessagePackWriter writer) => writer.Write(value));
                if (!reader.Since(0).Span.SequenceEqual(again)) return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static bool IsUnsigned(byte code) =>
        code is <= MessagePackCode.MaxFixInt or >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64;

    private static bool IsSame(long value)
    {
        byte[] bytes = Ours((ref CanonicalWriter writer) => writer.WriteInteger(value));
        CanonicalReader ours = new(bytes);
        MessagePackReader theirs = new(bytes);
        return bytes.AsSpan().SequenceEqual(Theirs((ref MessagePackWriter writer) => writer.Write(value)))
            && ours.TryReadInteger(out long read) && read == value && ours.AtEnd && theirs.ReadInt64() == value;
    }

    /// <summary>Every form that can hold the number.</summary>
    private static IEnumerable<byte[]> FormsOf(long value)
    {
        Writing[] forms =
        [
            (ref MessagePackWriter writer) => writer.Write(value),
            (ref MessagePackWriter writer) => writer.WriteUInt8(checked((byte)value)),
            (ref MessagePackWriter writer) => writer.WriteUInt16(checked((ushort)value)),
            (ref MessagePackWriter writer) => writer.WriteUInt32(checked((uint)value)),
            (ref MessagePackWriter writer) => writer.WriteUInt64(checked((ulong)value)),
            (ref MessagePackWriter writer) => writer.WriteInt8(checked((sbyte)value)),
            (ref MessagePackWriter writer) => writer.WriteInt16(checked((short)value)),
            (ref MessagePackWriter writer) => writer.WriteInt32(checked((int)value)),
            (ref MessagePackWriter writer) => writer.WriteInt64(value),
        ];
        foreach (Writing form in forms)
        {
            byte[] bytes;
            try
            {
                bytes = Theirs(form);
            }
            catch (OverflowException)
            {
                continue; // this form cannot hold it
            }
            yield return bytes;
        }
    }

    private delegate void Canonical(ref CanonicalWriter writer);

    private static byte[] Ours(Canonical writing)
    {
        ByteBuffer output = new();
        CanonicalWriter writer = new(output);
        writing(ref writer);
        writer.Flush();
        return output.Written.ToArray();
    }

    private static byte[] Theirs(Writing writing)
    {
        ByteBuffer output = new();
        MessagePackWriter writer = new(output);
        writing(ref writer);
        writer.Flush();
        return output.Written.ToArray();
    }
}
