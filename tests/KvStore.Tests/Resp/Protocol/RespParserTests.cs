using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using KvStore.Gateway.Protocol;

namespace KvStore.Tests.Resp.Protocol;

public class RespParserTests
{
    [Property(MaxTest = 5_000)]
    public Property Whatever_comes_is_a_command_or_an_error_or_needs_more()
    {
        Gen<string> piece = Gen.Elements(
            "*", "$", "\r\n", "\r", "\n", "0", "1", "2", "-1", "3", "100", "99999999999", "PING", "\"", "'", "\\x41",
            "\\", " ", "\0", "a", "$1\r\na\r\n", "*1\r\n$4\r\nPING\r\n");
        return Prop.ForAll(piece.ArrayOf().Resize(40).ToArbitrary(), pieces =>
        {
            byte[] input = Encoding.Latin1.GetBytes(string.Concat(pieces));
            RespParser parser = new();
            for (int position = 0; position < input.Length;)
            {
                RespParseResult result = parser.Parse(input.AsSpan(position), authenticated: true, out int consumed);
                Assert.InRange(consumed, 0, input.Length - position);
                if (result == RespParseResult.Incomplete) Assert.True(parser.BytesNeeded > input.Length - position);
                if (result != RespParseResult.Command) break;
                Assert.True(consumed > 0);
                RespArguments arguments = new(parser.Bytes(input.AsSpan(position)), parser.Ranges);
                for (int i = 0; i < arguments.Count; i++) Assert.InRange(arguments[i].Length, 0, input.Length);
                position += consumed;
            }
        });
    }

    [Property(MaxTest = 200)]
    public Property Commands_are_found_wherever_the_input_is_cut()
    {
        Gen<string> argument = Gen.Elements("", "a", "\r\n", "$5\r\nhello", new string('x', 300), "\0");
        return Prop.ForAll(argument.NonEmptyListOf().Resize(10).ToArbitrary(), arguments =>
        {
            byte[] input = RespTestClient.Encode([.. arguments]);
            RespParser parser = new();
            for (int length = 0; length < input.Length; length++)
            {
                Assert.Equal(
                    RespParseResult.Incomplete,
                    parser.Parse(input.AsSpan(0, length), authenticated: true, out int none));
                Assert.Equal(0, none);
                Assert.InRange(parser.BytesNeeded, length + 1, input.Length); // never waits for more than there will be
            }
            Assert.Equal(RespParseResult.Command, parser.Parse(input, authenticated: true, out int consumed));
            Assert.Equal(input.Length, consumed);
            RespArguments parsed = new(parser.Bytes(input), parser.Ranges);
            Assert.Equal(arguments.Count, parsed.Count);
            for (int i = 0; i < parsed.Count; i++) Assert.Equal(arguments[i], Encoding.Latin1.GetString(parsed[i]));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public void Reads_past_a_command_that_is_too_long_and_holds_nothing_of_it(int pieceBytes)
    {
        byte[] input =
        [
            .. RespTestClient.Encode("set", "key", new string('x', 5_000), "a", new string('y', 3_000), ""),
            .. "PING"u8,
        ];
        RespSkipper skipper = new();
        int start = Encoding.Latin1.GetString(input).IndexOf("xxx", StringComparison.Ordinal);
        skipper.Begin(bulksLeft: 4, bytesLeft: 5_002);
        int position = start, end = start;
        while (skipper.IsSkipping)
        {
            end = Math.Min(input.Length, end + pieceBytes);
            Assert.NotEqual(
                RespParseResult.ProtocolError, skipper.Skip(input.AsSpan(position, end - position), out int consumed));
            position += consumed;
        }
        Assert.Equal("PING", Encoding.Latin1.GetString(input.AsSpan(position)));
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("a*c", "abbbc", true)]
    [InlineData("a*c", "abbb", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[abc]x", "bx", true)]
    [InlineData("[^abc]x", "bx", false)]
    [InlineData("[^abc]x", "dx", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[c-a]x", "bx", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[abc", "b", true)]
    [InlineData("a**b", "ab", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    public void Patterns(string pattern, string text, bool matches) =>
        Assert.Equal(matches, new Glob(Encoding.Latin1.GetBytes(pattern)).IsMatch(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void A_hostile_pattern_takes_no_longer_than_the_product_of_the_lengths()
    {
        Glob hostile = new(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("a*", 200)) + "b"));
        Assert.False(hostile.IsMatch(Encoding.Latin1.GetBytes(new string('a', 20_000))));
    }
}
