using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Files;

public sealed class Crc32CTests
{
    [Fact]
    public void It_is_the_checksum_of_RFC_3720()
    {
        Assert.Equal(0xE3069283u, Crc32C.Append(0, "123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Append(0, [.. Enumerable.Repeat((byte)0xFF, 32)]));
    }

    [Fact]
    public void Pieces_give_the_checksum_of_the_whole()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(static i => (byte)(i * 7))];
        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(
                Crc32C.Append(0, bytes), Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
