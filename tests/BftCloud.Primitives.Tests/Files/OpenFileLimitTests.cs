namespace BftCloud.Primitives.Tests.Files;

public sealed class OpenFileLimitTests
{
    [Theory]
    [InlineData(4096, 64, 100, 1024UL, 860)]
    [InlineData(4096, 64, 100, 65_536UL, 4096)]
    [InlineData(4096, 64, 100, ulong.MaxValue, 4096)]
    [InlineData(4096, 64, 100, 128UL, 1)]
    public void What_is_open_and_what_is_spared_is_left(int wanted, int spare, int open, ulong limit, int fit) =>
        Assert.Equal(fit, OpenFileLimit.ConnectionsThatFit(wanted, spare, open, limit));

    [Fact]
    public void This_process_has_room_for_one() => Assert.Equal(1, OpenFileLimit.ConnectionsThatFit(1, spare: 0));
}
