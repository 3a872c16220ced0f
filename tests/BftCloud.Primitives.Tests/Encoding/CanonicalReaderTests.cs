using System.Buffers;
using System.Runtime.InteropServices;
using BftCloud.Primitives;
using FsCheck.Xunit;

namespace BftCloud.Primitives.Tests.Encoding;

public sealed class CanonicalReaderTests
{
    [Theory]
    [InlineData(0ul, "00")]
    [InlineData(0x7ful, "7f")]
    [InlineData(0x80ul, "cc80")]
    [InlineData(0xfful, "ccff")]
    [InlineData(0x100ul, "cd0100")]
    [InlineData(0xfffful, "cdffff")]
    [InlineData(0x10000ul, "ce00010000")]
    [InlineData(0xfffffffful, "ceffffffff")]
    [InlineData(0x100000000ul, "cf0000000100000000")]
    [InlineData(ulong.MaxValue, "cfffffffffffffffff")]
    public void Each_integer_has_its_shortest_form_and_is_read_back(ulong value, string hex)
    {
        byte[] written = Write((ref CanonicalWriter writer) => writer.WriteUInt64(value));

        Assert.Equal(hex, Convert.ToHexStringLower(written));
        Assert.Equal(written.Length, CanonicalFormat.SizeOfUInt64(value));
        CanonicalReader reader = new(written);
        Assert.True(reader.TryReadUInt64(out ulong read));
        Assert.Equal(value, read);
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("cc7f")]
    [InlineData("cd00ff")]
    [InlineData("ce0000ffff")]
    [InlineData("cf00000000ffffffff")]
    [InlineData("d000")]
    [InlineData("d301")]
    [InlineData("ff")]
    [InlineData("ca3f800000")]
    [InlineData("c0")]
    [InlineData("cc")]
    [InlineData("cf00000001000000")]
    [InlineData("")]
    public void Integers_that_are_longer_than_needed_negative_of_another_kind_or_cut_are_refused(string hex)
    {
        CanonicalReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadUInt64(out _));
    }

    [Theory]
    [InlineData("cf8000000000000000")]
    [InlineData("cfffffffffffffffff")]
    public void A_number_beyond_the_largest_signed_one_is_not_a_signed_number(string hex)
    {
        CanonicalReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadInt64(out _));
    }

    [Fact]
    public void A_number_beyond_its_bound_is_refused()
    {
        CanonicalReader within = new(new byte[] { 7 });
        Assert.True(within.TryReadInt32(7, out int value));
        Assert.Equal(7, value);

        CanonicalReader beyond = new(new byte[] { 8 });
        Assert.False(beyond.TryReadInt32(7, out _));

        CanonicalReader wrapping = new(Convert.FromHexString("cf0000000100000001"));
        Assert.False(wrapping.TryReadInt32(int.MaxValue, out _));
    }

    [Theory]
    [InlineData(0, "90")]
    [InlineData(15, "9f")]
    [InlineData(16, "dc0010")]
    [InlineData(65535, "dcffff")]
    [InlineData(65536, "dd00010000")]
    public void Each_array_has_its_shortest_header(int count, string hex)
    {
        byte[] written = Write((ref CanonicalWriter writer) => writer.WriteArrayHeader(count));

        Assert.Equal(hex, Convert.ToHexStringLower(written));
        Assert.Equal(written.Length, CanonicalFormat.SizeOfArrayHeader(count));
        CanonicalReader reader = new(written);
        Assert.True(reader.TryReadArray(count));
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("dc000f")]
    [InlineData("dd0000ffff")]
    [InlineData("dd80000000")]
    [InlineData("ddffffffff")]
    [InlineData("dc00")]
    [InlineData("80")]
    [InlineData("")]
    public void Array_headers_that_are_longer_than_needed_too_large_or_cut_are_refused(string hex)
    {
        CanonicalReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadArray(int.MaxValue, 0, out _));
    }

    [Fact]
    public void A_count_that_the_remaining_bytes_cannot_hold_is_refused()
    {
        byte[] fifteenOfTwo = [0x9f, .. new byte[30]];

        CanonicalReader enough = new(fifteenOfTwo);
        Assert.True(enough.TryReadArray(15, 2, out int count));
        Assert.Equal(15, count);
        CanonicalReader bound = new(fifteenOfTwo);
        Assert.False(bound.TryReadArray(14, 2, out _));
        CanonicalReader bytes = new(fifteenOfTwo.AsMemory(0, 30));
        Assert.False(bytes.TryReadArray(15, 2, out _));
    }

    [Theory]
    [InlineData(0, "c400")]
    [InlineData(255, "c4ff")]
    [InlineData(256, "c50100")]
    [InlineData(65535, "c5ffff")]
    [InlineData(65536, "c600010000")]
    public void Each_binary_has_its_shortest_header_and_is_read_as_a_slice(int length, string header)
    {
        byte[] payload = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        byte[] written = Write((ref CanonicalWriter writer) => writer.WriteBinary(payload));

        Assert.Equal(header, Convert.ToHexStringLower(written.AsSpan(0, written.Length - length)));
        Assert.Equal(written.Length, CanonicalFormat.SizeOfBinary(length));
        CanonicalReader reader = new(written);
        Assert.True(reader.TryReadBinary(length, out ReadOnlyMemory<byte> read));
        Assert.True(read.Span.SequenceEqual(payload));
        Assert.True(length == 0 || read.Span.Overlaps(written));

        CanonicalReader bound = new(written);
        Assert.Equal(length == 0, bound.TryReadBinary(Math.Max(0, length - 1), out _));
    }

    [Theory]
    [InlineData("c50001aa")]
    [InlineData("c600000001aa")]
    [InlineData("c6ffffffffaa")]
    [InlineData("c402aa")]
    [InlineData("c4")]
    [InlineData("a1aa")]
    [InlineData("")]
    public void Binaries_that_are_longer_than_needed_cut_or_of_another_kind_are_refused(string hex)
    {
        CanonicalReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadBinary(int.MaxValue, out _));
    }

    [Fact]
    public void A_binary_of_a_fixed_length_has_that_length()
    {
        byte[] two = [0xc4, 2, 0, 0];
        CanonicalReader right = new(two);
        Assert.True(right.TryReadBinaryOf(2, out _));
        CanonicalReader shorter = new(two);
        Assert.False(shorter.TryReadBinaryOf(3, out _));
        CanonicalReader longer = new(two);
        Assert.False(longer.TryReadBinaryOf(1, out _));
    }

    [Fact]
    public void Only_true_and_false_are_booleans_and_only_nil_is_nil()
    {
        for (int code = 0; code <= byte.MaxValue; code++)
        {
            CanonicalReader boolean = new(new[] { (byte)code });
            Assert.Equal(code is 0xc2 or 0xc3, boolean.TryReadBoolean(out bool value));
            Assert.Equal(code == 0xc3, value);
            CanonicalReader nil = new(new[] { (byte)code });
            Assert.Equal(code == 0xc0, nil.TryReadNil());
        }
    }

    [Property]
    public void A_buffer_of_the_right_size_does_not_grow((ulong Number, bool Flag, byte[] Bytes)[] items)
    {
        int size = CanonicalFormat.SizeOfArrayHeader(items.Length);
        foreach ((ulong number, _, byte[] bytes) in items)
            size += CanonicalFormat.SizeOfUInt64(number) + 1 + CanonicalFormat.SizeOfBinary(bytes.Length);
        ByteBuffer exact = new(size);
        CanonicalWriter writer = new(exact);
        WriteItems(ref writer, items);
        writer.Flush();

        Assert.True(MemoryMarshal.TryGetArray(exact.WrittenMemory, out ArraySegment<byte> written));
        Assert.Equal((size, size), (written.Count, written.Array!.Length));
        Assert.True(exact.Written.SequenceEqual(Write((ref CanonicalWriter other) => WriteItems(ref other, items))));
    }

    [Property]
    public bool Any_bytes_are_read_without_an_exception_and_what_is_refused_is_not_read(byte[] bytes)
    {
        for (int first = 0; first <= byte.MaxValue; first++)
        {
            byte[] source = [(byte)first, .. bytes];
            if (!AreReadOrLeft(source) || !AreReadOrLeft([0xcc, 0x80, .. source])) return false;
        }
        return true;
    }

    [Fact]
    public void What_the_formats_cannot_hold_is_an_error_of_the_writer()
    {
        Writing number = static (ref CanonicalWriter writer) => writer.WriteInt64(-1);
        Writing header = static (ref CanonicalWriter writer) => writer.WriteArrayHeader(-1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(number));
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(header));
    }

    [Fact]
    public void Digests_are_written_as_the_binary_of_their_bytes()
    {
        Digest digest = new([.. Enumerable.Range(1, Digest.Size).Select(static i => (byte)i)]);
        byte[] written = Write((ref CanonicalWriter writer) => writer.WriteDigest(digest));

        Assert.Equal("c420" + digest, Convert.ToHexStringLower(written));
        CanonicalReader reader = new(written);
        Assert.True(reader.TryReadDigest(out Digest read));
        Assert.Equal(digest, read);
        CanonicalReader cut = new(written.AsMemory(0, 33));
        Assert.False(cut.TryReadDigest(out _));
    }

    /// <summary>Whether each method, behind a number if there is one, reads or is still where it was.</summary>
    private static bool AreReadOrLeft(byte[] bytes)
    {
        for (int method = 0; method < 13; method++)
        {
            CanonicalReader reader = new(bytes);
            if (bytes is [0xcc, 0x80, ..]) reader.TryReadUInt64(out _);
            int start = reader.Position;
            bool read = method switch
            {
                0 => reader.TryReadUInt64(out _),
                1 => reader.TryReadInt64(out _),
                2 => reader.TryReadInt32(10, out _),
                3 => reader.TryReadInteger(out _),
                4 => reader.TryReadInteger(-10, 10, out _),
                5 => reader.TryReadArray(1000, 3, out _),
                6 => reader.TryReadArray(2),
                7 => reader.TryReadBinary(1000, out _),
                8 => reader.TryReadBinaryOf(2, out _),
                9 => reader.TryReadDigest(out _),
                10 => reader.TryReadBoolean(out _),
                11 => reader.TryReadReplicas(7, out _),
                _ => reader.TryReadExtension(1, out _),
            };
            if (read ? reader.Position <= start || reader.Position > bytes.Length : reader.Position != start)
                return false;
        }
        return true;
    }

    private delegate void Writing(ref CanonicalWriter writer);

    private static byte[] Write(Writing writing)
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalWriter writer = new(output);
        writing(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void WriteItems(ref CanonicalWriter writer, (ulong, bool, byte[])[] items)
    {
        writer.WriteArrayHeader(items.Length);
        foreach ((ulong number, bool flag, byte[] bytes) in items)
        {
            writer.WriteUInt64(number);
            writer.WriteBoolean(flag);
            writer.WriteBinary(bytes);
        }
    }
}
