using System.Text;
using Memcache.Client.Protocol;

namespace Memcache.Client.Tests.Protocol;

public class ReplyParserTests
{
    [Theory]
    [InlineData("VA 3 f5 c7 t-1 O1\r\nabc\r\n", "Value", "abc")]
    [InlineData("VA 0 W\r\n\r\n", "Value", "")]
    [InlineData("HD c12 O3\r\n", "Done", "")]
    [InlineData("EN\r\n", "Miss", "")]
    [InlineData("EX O9\r\n", "Exists", "")]
    [InlineData("NS\r\n", "NotStored", "")]
    [InlineData("NF\r\n", "NotFound", "")]
    [InlineData("MN\r\n", "NoOperation", "")]
    [InlineData("STAT a b c\r\n", "Statistic", "a b c")]
    [InlineData("SERVER_ERROR out of memory\r\n", "ServerError", "out of memory")]
    public void A_reply_is_read_once_it_is_whole(string text, string kind, string content)
    {
        byte[] input = Encoding.Latin1.GetBytes(text + "next");
        for (int length = 0; length < text.Length; length++)
        {
            Assert.Equal(
                ReplyProgress.NeedsMore, ReplyParser.TryParse(input.AsSpan(0, length), 1000, out _, out _));
        }
        Assert.Equal(ReplyProgress.Whole, ReplyParser.TryParse(input, 1000, out ReplyHead head, out int consumed));
        Assert.Equal((kind, text.Length), (head.Kind.ToString(), consumed));
        Assert.Equal(content, Encoding.Latin1.GetString(input, head.Start, head.Length));
    }

    [Fact]
    public void Flags_are_taken_over()
    {
        ReplyParser.TryParse(
            "VA 1 f4294967295 c18446744073709551615 t60 W X Z O5\r\na\r\n"u8, 1, out ReplyHead head, out _);
        Assert.Equal((uint.MaxValue, ulong.MaxValue, 60), (head.ClientFlags, head.Cas, head.TimeToLive));
        Assert.True(head.HasWon && head.IsStale && head.IsTaken);
        Assert.Equal(5ul, head.Opaque);
    }

    [Theory]
    [InlineData("VA 1001\r\n")] // longer than allowed
    [InlineData("VA -1\r\n")]
    [InlineData("VA 18446744073709551616\r\n")]
    [InlineData("VA\r\n\r\n")]
    [InlineData("VA 1\r\nabc\r\n")] // more bytes than it said
    [InlineData("VA 1 f4294967296\r\na\r\n")]
    [InlineData("VA 1 q\r\na\r\n")] // a flag that no request asks for
    [InlineData("HD W1\r\n")]
    [InlineData("MN x\r\n")]
    [InlineData("hello\r\n")]
    [InlineData("\r\n")]
    public void What_is_none_of_the_protocol_is_refused(string text) => Assert.Equal(
        ReplyProgress.Malformed, ReplyParser.TryParse(Encoding.Latin1.GetBytes(text), 1000, out _, out _));

    [Fact]
    public void A_line_without_an_end_is_refused() => Assert.Equal(
        ReplyProgress.Malformed, ReplyParser.TryParse(new byte[ReplyParser.LineBytesMax], 1000, out _, out _));
}
