using System.Diagnostics;

namespace BftSmr.Tests.Codec;

/// <summary>
/// Throws changed messages and random bytes at every decoder. Whatever comes: no exception; nothing accepted that is not exactly the encoding of what
/// it was decoded to; no more memory than a fixed multiple of the bytes received.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int Rounds = 600;
    private const int ChangesPerMessage = 40;
    private const long AllocatedBytesPerByte = 40;
    private const long AllocatedBytesAtLeast = 2048;

    /// <summary>Bytes that mean something to MessagePack or to the bounds.</summary>
    private static readonly byte[] Telling =
        [0, 1, 0x7f, 0x80, 0x90, 0x91, 0x9f, 0xa0, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xca, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd9, 0xdc, 0xdd, 0xde, 0xe0, 0xff];

    [Theory]
    [InlineData("peer")]
    [InlineData("client")]
    [InlineData("log")]
    [InlineData("batch")]
    public void Changed_messages_never_throw_never_have_a_twin_and_never_cost_more_than_they_weigh(string decoder)
    {
        (Wire.Acceptor accepts, Wire.Decoder twice, Func<RandomMessages, IEnumerable<byte[]>> valid) = Wire.Decoders[decoder];
        int accepted = 0, refused = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            List<byte[]> messages = [.. valid(new RandomMessages(seed, random.Next(1, 12)))];
            foreach (byte[] message in messages)
            {
                for (int i = 0; i < ChangesPerMessage; i++)
                {
                    byte[] changed = Change(message, messages[random.Next(messages.Count)], random);
                    if (Try(decoder, accepts, twice, changed, seed)) accepted++;
                    else refused++;
                }
            }
        }
        Assert.True(accepted > 0 && refused > accepted, $"{accepted} accepted, {refused} refused: the changes do not test the decoder");
    }

    [Theory]
    [InlineData("peer")]
    [InlineData("client")]
    [InlineData("log")]
    [InlineData("batch")]
    public void Random_bytes_never_throw_never_have_a_twin_and_never_cost_more_than_they_weigh(string decoder)
    {
        (Wire.Acceptor accepts, Wire.Decoder twice, _) = Wire.Decoders[decoder];
        for (int seed = 0; seed < 60_000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = new byte[random.Next(1, 100)];
            random.NextBytes(bytes);
            for (int i = 0; i < bytes.Length; i++)
            {
                if (random.Next(3) > 0) bytes[i] = random.Next(2) == 0 ? Telling[random.Next(Telling.Length)] : (byte)random.Next(0x80);
            }
            if (random.Next(4) > 0) bytes[0] = (byte)(0x90 | random.Next(1, 7));
            Try(decoder, accepts, twice, bytes, seed);
        }
    }

    [Theory]
    [InlineData("peer", "94010000930000dd7fffffff")]
    [InlineData("peer", "94010000930000dc0400")]
    [InlineData("peer", "94010000930000ddffffffff")]
    [InlineData("peer", "920793c67fffffff")]
    [InlineData("peer", "920797000000009300c420000000000000000000000000000000000000000000000000000000000000000090dc4080")]
    [InlineData("peer", "920797000000009301c4200000000000000000000000000000000000000000000000000000000000000000dc0040")]
    [InlineData("peer", "930800dc0040")]
    [InlineData("peer", "930800dd40000000")]
    [InlineData("peer", "940f00dc010090")]
    [InlineData("peer", "95130000c67fffffff")]
    [InlineData("peer", "95130000c400dc001f")]
    [InlineData("client", "972300000000c2c6ffffffff")]
    [InlineData("client", "95220000c3c6ffffffff")]
    [InlineData("client", "922193c6ffffffff")]
    [InlineData("log", "9442009200c4200000000000000000000000000000000000000000000000000000000000000000930000dc0400")]
    [InlineData("batch", "930000dc0400")]
    public void A_large_count_without_the_bytes_costs_nothing(string decoder, string hex)
    {
        (Wire.Acceptor accepts, _, _) = Wire.Decoders[decoder];
        byte[] bytes = Convert.FromHexString(hex);
        accepts(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = accepts(bytes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.False(accepted);
        Assert.InRange(allocated, 0, 256);
    }

    private static bool Try(string decoder, Wire.Acceptor accepts, Wire.Decoder twice, byte[] bytes, int seed)
    {
        byte[]? again;
        long allocated;
        try
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            accepts(bytes);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            again = twice(bytes);
        }
        catch (Exception e)
        {
            throw new UnreachableException($"The {decoder} decoder threw for seed {seed}, bytes {Convert.ToHexStringLower(bytes)}", e);
        }
        if (again is not null) Assert.True(again.AsSpan().SequenceEqual(bytes), $"{decoder}, seed {seed}: {Convert.ToHexStringLower(bytes)} has the twin {Convert.ToHexStringLower(again)}");
        Assert.True(
            allocated <= AllocatedBytesAtLeast + AllocatedBytesPerByte * bytes.Length,
            $"{decoder}, seed {seed}: {bytes.Length} bytes made the decoder allocate {allocated}: {Convert.ToHexStringLower(bytes)}");
        return again is not null;
    }

    private static byte[] Change(byte[] message, byte[] other, Random random)
    {
        List<byte> bytes = [.. message];
        for (int changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = random.Next(Math.Min(bytes.Count, random.Next(2) == 0 ? 16 : int.MaxValue));
            int length = random.Next(Math.Min(bytes.Count - at, 40) + 1);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                    break;
                case 3:
                    bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 6:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    int from = random.Next(other.Length);
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(other.AsSpan(from));
                    break;
            }
        }
        return [.. bytes];
    }
}
