using System.Buffers;
using System.Globalization;
using BftCloud.Primitives;
using FsCheck.Xunit;

namespace BftSmr.Tests.Codec;

public sealed class MessagePackReaderTests
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
        byte[] written = Write((ref MessagePackWriter writer) => writer.WriteUInt64(value));

        Assert.Equal(hex, Convert.ToHexStringLower(written));
        Assert.Equal(written.Length, MessagePackFormat.SizeOfUInt64(value));
        MessagePackReader reader = new(written);
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
        MessagePackReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadUInt64(out _));
    }

    [Theory]
    [InlineData("cf8000000000000000")]
    [InlineData("cfffffffffffffffff")]
    public void A_number_beyond_the_largest_signed_one_is_not_a_signed_number(string hex)
    {
        MessagePackReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadInt64(out _));
    }

    [Fact]
    public void A_number_beyond_its_bound_is_refused()
    {
        MessagePackReader within = new(new byte[] { 7 });
        Assert.True(within.TryReadInt32(7, out int value));
        Assert.Equal(7, value);

        MessagePackReader beyond = new(new byte[] { 8 });
        Assert.False(beyond.TryReadInt32(7, out _));

        MessagePackReader wrapping = new(Convert.FromHexString("cf0000000100000001"));
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
        byte[] written = Write((ref MessagePackWriter writer) => writer.WriteArrayHeader(count));

        Assert.Equal(hex, Convert.ToHexStringLower(written));
        Assert.Equal(written.Length, MessagePackFormat.SizeOfArrayHeader(count));
        MessagePackReader reader = new(written);
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
        MessagePackReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadArray(int.MaxValue, 0, out _));
    }

    [Fact]
    public void A_count_that_the_remaining_bytes_cannot_hold_is_refused()
    {
        byte[] fifteenOfTwo = [0x9f, .. new byte[30]];

        MessagePackReader enough = new(fifteenOfTwo);
        Assert.True(enough.TryReadArray(15, 2, out int count));
        Assert.Equal(15, count);
        MessagePackReader bound = new(fifteenOfTwo);
        Assert.False(bound.TryReadArray(14, 2, out _));
        MessagePackReader bytes = new(fifteenOfTwo.AsMemory(0, 30));
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
        byte[] written = Write((ref MessagePackWriter writer) => writer.WriteBinary(payload));

        Assert.Equal(header, Convert.ToHexStringLower(written.AsSpan(0, written.Length - length)));
        Assert.Equal(written.Length, MessagePackFormat.SizeOfBinary(length));
        MessagePackReader reader = new(written);
        Assert.True(reader.TryReadBinary(length, out ReadOnlyMemory<byte> read));
        Assert.True(read.Span.SequenceEqual(payload));
        Assert.True(length == 0 || read.Span.Overlaps(written));

        MessagePackReader bound = new(written);
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
        MessagePackReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadBinary(int.MaxValue, out _));
    }

    [Fact]
    public void A_binary_of_a_fixed_length_has_that_length()
    {
        byte[] two = [0xc4, 2, 0, 0];
        MessagePackReader right = new(two);
        Assert.True(right.TryReadBinaryOf(2, out _));
        MessagePackReader shorter = new(two);
        Assert.False(shorter.TryReadBinaryOf(3, out _));
        MessagePackReader longer = new(two);
        Assert.False(longer.TryReadBinaryOf(1, out _));
    }

    [Fact]
    public void Only_true_and_false_are_booleans_and_only_nil_is_nil()
    {
        for (int code = 0; code <= byte.MaxValue; code++)
        {
            MessagePackReader boolean = new(new[] { (byte)code });
            Assert.Equal(code is 0xc2 or 0xc3, boolean.TryReadBoolean(out bool value));
            Assert.Equal(code == 0xc3, value);
            MessagePackReader nil = new(new[] { (byte)code });
            Assert.Equal(code == 0xc0, nil.TryReadNil());
        }
    }

    [Property]
    public void Whatever_is_written_to_a_growing_buffer_is_what_is_written_to_memory_of_the_right_size(
        (ulong Number, bool Flag, byte[] Bytes)[] items)
    {
        int size = MessagePackFormat.SizeOfArrayHeader(items.Length);
        foreach ((ulong number, _, byte[] bytes) in items)
            size += MessagePackFormat.SizeOfUInt64(number) + 1 + MessagePackFormat.SizeOfBinary(bytes.Length);
        byte[] exact = new byte[size];
        MessagePackWriter fixedWriter = new(exact.AsSpan());
        WriteItems(ref fixedWriter, items);
        Assert.Equal(size, fixedWriter.FixedBytesWritten);
        Assert.Equal(exact, Write((ref MessagePackWriter writer) => WriteItems(ref writer, items)));
    }

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_read_without_an_exception_by_every_method(byte[] bytes)
    {
        for (int method = 0; method < 6; method++)
        {
            MessagePackReader reader = new(bytes);
            _ = method switch
            {
                0 => reader.TryReadUInt64(out _),
                1 => reader.TryReadInt64(out _),
                2 => reader.TryReadInt32(10, out _),
                3 => reader.TryReadArray(1000, 1, out _),
                4 => reader.TryReadBinary(1000, out _),
                _ => reader.TryReadDigest(out _),
            };
        }
    }

    [Fact]
    public void What_messages_cannot_hold_is_an_error_of_the_writer()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => Write(static (ref MessagePackWriter writer) => writer.WriteInt64(-1)));
        Assert.Throws<InvalidOperationException>(static () =>
        {
            MessagePackWriter writer = new(new byte[2].AsSpan());
            writer.WriteUInt64(ulong.MaxValue);
        });
        Assert.Throws<InvalidOperationException>(static () =>
        {
            MessagePackWriter writer = new(new byte[2].AsSpan());
            writer.WriteBinary(new byte[1]);
        });
    }

    [Fact]
    public void Digests_are_written_as_the_binary_of_their_bytes()
    {
        Digest digest = new(Convert.FromHexString(string.Concat(Enumerable.Range(1, 32).Select(static i => i.ToString("x2", CultureInfo.InvariantCulture)))));
        byte[] written = Write((ref MessagePackWriter writer) => writer.WriteDigest(digest));

        Assert.Equal("c420" + digest, Convert.ToHexStringLower(written));
        MessagePackReader reader = new(written);
        Assert.True(reader.TryReadDigest(out Digest read));
        Assert.Equal(digest, read);
        MessagePackReader cut = new(written.AsMemory(0, 33));
        Assert.False(cut.TryReadDigest(out _));
    }

    private delegate void Writing(ref MessagePackWriter writer);

    private static byte[] Write(Writing writing)
    {
        ArrayBufferWriter<byte> output = new();
        MessagePackWriter writer = new(output);
        writing(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void WriteItems(ref MessagePackWriter writer, (ulong, bool, byte[])[] items)
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
