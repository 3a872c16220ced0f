using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData("peer")]
    [InlineData("client")]
    [InlineData("log")]
    [InlineData("batch")]
    public void A_twin_with_one_number_or_header_longer_than_needed_is_refused(string decoder)
    {
        (Wire.Acceptor accepts, _, Func<RandomMessages, IEnumerable<byte[]>> valid) = Wire.Decoders[decoder];
        int twins = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            foreach (byte[] encoded in valid(new RandomMessages(seed, 4)))
            {
                foreach (MessagePackToken token in MessagePackToken.Walk(encoded))
                {
                    foreach (byte[] longer in token.LongerForms())
                    {
                        byte[] twin =
                            [.. encoded.AsSpan(0, token.Start), .. longer,
                                .. encoded.AsSpan(token.Start + token.HeaderBytes)];
                        twins++;
                        Assert.False(accepts(twin), $"seed {seed}: {Convert.ToHexStringLower(twin)}");
                    }
                }
            }
        }
        Assert.True(twins > 1000, twins.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_twin_inside_a_request_body_is_refused()
    {
        int twins = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Request request = new RandomMessages(seed, 4).Request();
            Assert.True(Accepts(request, request.Body));
            foreach (MessagePackToken token in MessagePackToken.Walk(request.Body.Span))
            {
                foreach (byte[] longer in token.LongerForms())
                {
                    byte[] twin =
                        [.. request.Body.Span[..token.Start], .. longer,
                            .. request.Body.Span[(token.Start + token.HeaderBytes)..]];
                    twins++;
                    Assert.False(Accepts(request, twin), $"seed {seed}: {Convert.ToHexStringLower(twin)}");
                }
            }
            byte[] trailing = [.. request.Body.Span, 0];
            Assert.False(Accepts(request, trailing));
            Assert.False(Accepts(request, request.Body[..^1]));
        }
        Assert.True(twins > 1000);
    }

    [Theory]
    [InlineData("peer")]
    [InlineData("client")]
    [InlineData("log")]
    [InlineData("batch")]
    public void Cut_or_followed_by_anything_a_message_is_refused(string decoder)
    {
        (Wire.Acceptor accepts, _, Func<RandomMessages, IEnumerable<byte[]>> valid) = Wire.Decoders[decoder];
        for (int seed = 0; seed < 20; seed++)
        {
            foreach (byte[] encoded in valid(new RandomMessages(seed, 3)))
            {
                Assert.True(accepts(encoded));
                byte[] followed = [.. encoded, 0];
                Assert.False(accepts(followed));
                for (int length = 0; length < encoded.Length; length++)
                    Assert.False(accepts(encoded.AsMemory(0, length)), $"seed {seed}, {length} bytes");
            }
        }
    }

    [Fact]
    public void A_type_that_does_not_exist_is_refused_with_any_number_of_fields()
    {
        HashSet<int> known = [.. Enum.GetValues<MessageType>().Select(static t => (int)t)];
        for (int type = 0; type < 128; type++)
        {
            if (known.Contains(type)) continue;
            for (int fields = 0; fields < 15; fields++)
            {
                byte[] bytes = [(byte)(0x90 | fields + 1), (byte)type, .. new byte[fields]];
                foreach (string decoder in (string[])["peer", "client", "log"])
                    Assert.False(Wire.Decoders[decoder].Accepts(bytes));
            }
        }
    }

    private static bool Accepts(Request request, ReadOnlyMemory<byte> body)
    {
        Request changed = new()
        {
            Session = request.Session,
            Sequence = request.Sequence,
            Outstanding = request.Outstanding,
            WantsOneReply = request.WantsOneReply,
            Kind = request.Kind,
            Repliers = request.Repliers,
            FullReplier = request.FullReplier,
            Operation = request.Operation,
            Body = body,
            Digest = request.Digest,
            Macs = request.Macs,
            Signature = request.Signature,
        };
        return PeerMessageCodec.TryDecode(Wire.Encode(new Forward(changed)), RandomMessages.Limits, out _);
    }
}
