using System.Text;
using Memcache.Server.Protocol;
using Memcache.Server.Store;

namespace Memcache.Tests.Server.Protocol;

/// <summary>
/// What a session does with input that no client should send, and what it costs to serve right input.
/// </summary>
public sealed class SessionTests : IDisposable
{
    private readonly CacheStore _store = TestStores.Of(16 << 20);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("get \r\n", "ERROR\r\n")]
    [InlineData("set a 0 0 9223372036854775808\r\n", "CLIENT_ERROR bad command line format\r\n")]
    [InlineData("set a 0 0 3\r\nabcd\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n")]
    [InlineData("set a 0 -5 1\r\nx\r\nget a\r\n", "STORED\r\nEND\r\n")]
    [InlineData("ms a 1 E77 c\r\nx\r\nmg a c\r\n", "HD c77\r\nHD c77\r\n")]
    [InlineData("ms YQ== 1 b k\r\nx\r\nget a\r\n", "HD kYQ== b\r\nVALUE a 0 1\r\nx\r\nEND\r\n")]
    [InlineData("flush_all 10\r\nset a 0 0 1\r\nx\r\nget a\r\n", "OK\r\nSTORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n")]
    public void Answers(string input, string replies) => Assert.Equal(replies, new TestSession(_store).Say(input));

    [Fact]
    public void The_binary_protocol_is_refused_in_words()
    {
        TestSession session = new(_store);
        string reply = session.Say("\u0080\0\0\u0001");
        Assert.StartsWith("CLIENT_ERROR the binary protocol", reply, StringComparison.Ordinal);
        Assert.True(session.IsClosed);
    }

    [Fact]
    public void A_line_without_an_end_closes_the_connection_unless_it_is_a_get()
    {
        TestSession session = new(_store);
        session.Say(new string('x', 8192));
        Assert.True(session.IsClosed);
    }

    [Fact]
    public void A_million_keys_in_one_get_need_no_memory()
    {
        TestSession session = new(_store);
        session.Say("set k7 0 0 1\r\nx\r\n");
        session.Say("get");
        long found = 0;
        for (int i = 0; i < 1_000_000; i += 1000)
        {
            string keys = string.Concat(Enumerable.Range(i, 1000).Select(static k => $" k{k % 5000}"));
            found += session.Say(keys).Split("VALUE k7 ").Length - 1;
        }
        Assert.EndsWith("END\r\n", session.Say("\r\n"), StringComparison.Ordinal);
        Assert.InRange(found, 199, 200);
    }

    [Fact]
    public void A_value_may_end_anywhere_near_the_end_of_the_room_for_replies()
    {
        const int Room = 16 << 10;
        TestSession session = new(_store, outputBytes: Room);
        for (int length = Room - 40; length <= Room; length++)
        {
            string value = new('v', length);
            session.Say($"set k 0 0 {length}\r\n{value}\r\n");
            Assert.Equal($"VALUE k 0 {length}\r\n{value}\r\nEND\r\n", session.Say("get k\r\n"));
            Assert.Equal($"VA {length}\r\n{value}\r\nMN\r\n", session.Say("mg k v\r\nmn\r\n"));
        }
    }

    [Fact]
    public void A_value_too_large_is_passed_over_and_ends_the_old_one()
    {
        TestSession session = new(_store);
        session.Say("set a 0 0 1\r\nx\r\n");
        string value = new('v', 1 << 20);
        Assert.Equal(
            "SERVER_ERROR object too large for cache\r\nEND\r\n",
            session.Say($"set a 0 0 {value.Length}\r\n{value}\r\nget a\r\n"));
    }

    [Fact]
    public void The_largest_item_is_as_large_as_in_memcached()
    {
        TestSession session = new(_store);
        int largest = (1 << 20) - 57 - 1 - 2;
        Assert.Equal("STORED\r\n", session.Say($"set a 0 0 {largest}\r\n{new string('v', largest)}\r\n"));
        Assert.StartsWith("SERVER_ERROR", session.Say($"set a 5 0 {largest}\r\n{new string('v', largest)}\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Users_are_asked_for_first()
    {
        UserList users = new();
        Assert.True(users.TryParse("ada:secret\nbob:word\n"u8, out _));
        TestSession session = new(_store, users);
        Assert.Equal("CLIENT_ERROR unauthenticated\r\n", session.Say("get a\r\n"));
        Assert.Equal("CLIENT_ERROR authentication failure\r\n", session.Say("set x 0 0 9\r\nada wrong\r\n"));
        Assert.Equal("STORED\r\nEND\r\n", session.Say("set x 0 0 10\r\nada secret\r\nget a\r\n"));
    }

    [Fact]
    public void Keys_that_an_enemy_chose_are_spread_by_a_secret()
    {
        KeyHash one = new(1, 2), other = new(1, 3);
        uint[] low =
        [
            .. Enumerable.Range(0, 100_000).Where(i => (one.Of(Key(i)) & 1023) == 0)
                .Select(i => other.Of(Key(i)) & 1023),
        ];
        Assert.InRange(low.Distinct().Count(), low.Length / 2, low.Length);
    }

    [Fact]
    public void A_warm_session_allocates_nothing()
    {
        Session session = new(_store, new NoFacts(), users: null, TestSession.InputBytesMax);
        ReplyBuffer output = new(32 << 10);
        string keys = string.Join(' ', Enumerable.Range(0, 100).Select(static i => $"key{i}"));
        byte[] input = Encoding.ASCII.GetBytes(
            $"set key1 0 100 10\r\n0123456789\r\nget key1\r\ngets {keys}\r\nincr n 1\r\n"
            + "mg key1 v t f k\r\nms n 1 c\r\n1\r\nma n v D7\r\nmd no\r\ntouch key1 50\r\n"
            + "append key1 0 0 1\r\nx\r\ncas key1 0 0 1 5\r\nx\r\ndelete key2\r\n"
            + "gat 10 key1\r\nset key2 0 0 5 noreply\r\nabcde\r\n");
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Step(input, output, commandsMax: 100, out int consumed);
                if (consumed != input.Length) throw new InvalidOperationException("Not all was taken.");
                output.Clear();
            }
        }));
    }

    private static byte[] Key(int i) => Encoding.ASCII.GetBytes($"key{i}");
}
