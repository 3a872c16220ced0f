using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Cryptography;

public sealed class GuardedKeysTests
{
    [Fact]
    public void Macs_by_each_key_are_BLAKE2b_under_that_key()
    {
        using GuardedKeys keys = new(300);
        for (int i = 0; i < 300; i++) keys.Set(i, Key(i));
        byte[] mac = new byte[16], expected = new byte[16];
        for (int i = 0; i < 300; i++)
        {
            keys.Mac(i, "message"u8, mac);
            Blake2b.Mac(Key(i), "message"u8, expected);
            Assert.Equal(expected, mac);
        }
    }

    [Fact]
    public void There_is_no_key_beyond_the_last()
    {
        using GuardedKeys keys = new(2), none = new(0);
        foreach (int index in (int[])[-1, 2, int.MaxValue, int.MinValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => keys.Set(index, Key(0)));
            Assert.Throws<ArgumentOutOfRangeException>(() => keys.Mac(index, "message"u8, new byte[16]));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => none.Set(0, Key(0)));
        Assert.Throws<ArgumentException>(() => keys.Set(0, new byte[GuardedKeys.KeySize - 1]));
    }

    [Fact]
    public void Disposed_keys_are_gone()
    {
        GuardedKeys keys = new(1);
        keys.Set(0, Key(7));
        keys.Dispose();
        Assert.Throws<ObjectDisposedException>(() => keys.Mac(0, "message"u8, new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => keys.Set(0, Key(7)));
    }

    private static byte[] Key(int number) =>
        [.. Enumerable.Range(0, GuardedKeys.KeySize).Select(i => (byte)(number * 7 + i))];
}
