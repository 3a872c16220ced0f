using KvStore.Gateway;

namespace KvStore.Tests.Resp;

public sealed class ReplyMemoryTests
{
    [Fact]
    public void A_connection_holds_as_much_as_is_free_and_leaves_room_for_others()
    {
        ReplyMemory memory = new(100, TimeProvider.System);
        Assert.True(memory.TryTake(held: 0, more: 50));
        Assert.False(memory.TryTake(held: 50, more: 1));
        Assert.True(memory.TryTake(held: 0, more: 25));
        Assert.False(memory.TryTake(held: 25, more: 1));
        Assert.Equal(75, memory.Held);
        memory.Return(50);
        Assert.True(memory.TryTake(held: 25, more: 20));
        memory.Return(45);
        Assert.Equal(0, memory.Held);
        Assert.True(memory.Fits(50));
        Assert.False(memory.Fits(51));
    }
}
