using System.Security.Cryptography;
using DepSky.Coding;

namespace DepSky.Tests.Secrets;

public sealed class SecretSharingTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 7)]
    [InlineData(4, 10)]
    public void Any_threshold_of_shares_gives_the_secret_and_every_other_share(int threshold, int count)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        Memory<byte>[] shares = Share(secret, threshold, count);
        for (int subset = 0; subset < 1 << count; subset++)
        {
            int[] present = [.. Enumerable.Range(0, count).Where(i => (subset >> i & 1) != 0)];
            if (present.Length != threshold) continue;
            ReadOnlyMemory<byte>[] given = [.. present.Select(i => (ReadOnlyMemory<byte>)shares[i])];
            byte[] combined = new byte[32];
            SecretSharing.Combine(present, given, combined);
            Assert.Equal(secret, combined);
            for (int wanted = 0; wanted < count; wanted++)
            {
                SecretSharing.Reconstruct(present, given, wanted, combined);
                Assert.Equal(shares[wanted].ToArray(), combined);
            }
        }
    }

    /// <summary>
    /// f = 1: for any byte of the key, over all coefficients a cloud's share takes every value exactly once. Knowing
    /// the share says nothing about the key.
    /// </summary>
    [Fact]
    public void One_share_is_independent_of_the_key_for_all_256_byte_values()
    {
        Memory<byte>[] shares = [new byte[1], new byte[1], new byte[1], new byte[1]];
        for (int key = 0; key < 256; key++)
        {
            bool[][] seen = [new bool[256], new bool[256], new bool[256], new bool[256]];
            for (int coefficient = 0; coefficient < 256; coefficient++)
            {
                SecretSharing.Split([(byte)key], 2, [(byte)coefficient], shares);
                for (int i = 0; i < 4; i++)
                {
                    Assert.False(seen[i][shares[i].Span[0]]);
                    seen[i][shares[i].Span[0]] = true;
                }
            }
        }
    }

    /// <summary>
    /// f = 2: any two shares take every pair of values exactly once over all coefficients, for all 256 values of the
    /// key's byte and all 21 pairs of seven clouds.
    /// </summary>
    [Fact]
    public void Two_shares_together_are_independent_of_the_key_for_all_256_byte_values()
    {
        // Shares are affine in the coefficients, so a pair takes every value exactly once for one key if and only if
        // the pair's map of coefficients is a bijection; it is checked for a few keys by counting, and for all keys by
        // the shift that the key causes being the same for all coefficients.
        Memory<byte>[] shares = [.. Enumerable.Range(0, 7).Select(_ => new Memory<byte>(new byte[1]))];
        byte[,] zero = new byte[65536, 7];
        for (int c = 0; c < 65536; c++)
        {
            SecretSharing.Split([0], 3, [(byte)c, (byte)(c >> 8)], shares);
            for (int i = 0; i < 7; i++) zero[c, i] = shares[i].Span[0];
        }
        bool[] seen = new bool[65536];
        for (int i = 0; i < 7; i++)
        {
            for (int j = i + 1; j < 7; j++)
            {
                Array.Clear(seen);
                for (int c = 0; c < 65536; c++) seen[zero[c, i] << 8 | zero[c, j]] = true;
                Assert.DoesNotContain(false, seen);
            }
        }
        for (int key = 1; key < 256; key++)
        {
            for (int c = 0; c < 65536; c += 251)
            {
                SecretSharing.Split([(byte)key], 3, [(byte)c, (byte)(c >> 8)], shares);
                for (int i = 0; i < 7; i++) Assert.Equal((byte)(zero[c, i] ^ key), shares[i].Span[0]);
            }
        }
    }

    /// <summary>
    /// What Split draws itself: the shares of each of the 256 keys are spread evenly (chi-square over 256 values; the
    /// bound is passed by chance less than once in 10^12 runs).
    /// </summary>
    [Fact]
    public void Coefficients_are_random_for_every_byte_and_power()
    {
        const int samples = 64 * 1024;
        byte[] secret = new byte[samples];
        for (int key = 0; key < 256; key += 51)
        {
            secret.AsSpan().Fill((byte)key);
            Memory<byte>[] shares = Share(secret, 3, 7);
            foreach (Memory<byte> share in shares)
            {
                double[] counts = new double[256];
                foreach (byte value in share.Span) counts[value]++;
                double chiSquare = counts.Sum(c => (c - samples / 256) * (c - samples / 256) / (samples / 256));
                Assert.InRange(chiSquare, 110, 450);
            }
        }
    }

    [Fact]
    public void Sharing_the_same_secret_twice_gives_other_shares()
    {
        byte[] secret = new byte[32];
        Assert.NotEqual(Share(secret, 2, 4)[0].ToArray(), Share(secret, 2, 4)[0].ToArray());
    }

    [Fact]
    public void Too_few_or_doubled_shares_are_refused()
    {
        Memory<byte>[] shares = Share(new byte[4], 2, 4);
        Assert.Throws<ArgumentException>(
            () => SecretSharing.Combine([0, 0], new ReadOnlyMemory<byte>[] { shares[0], shares[0] }, new byte[4]));
        Assert.Throws<ArgumentException>(
            () => SecretSharing.Combine([0, 1], new ReadOnlyMemory<byte>[] { shares[0] }, new byte[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Share(new byte[4], 5, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Share(new byte[4], 0, 4));
    }

    private static Memory<byte>[] Share(byte[] secret, int threshold, int count)
    {
        Memory<byte>[] shares = [.. Enumerable.Range(0, count).Select(_ => new Memory<byte>(new byte[secret.Length]))];
        SecretSharing.Split(secret, threshold, shares);
        return shares;
    }
}
