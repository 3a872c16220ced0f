using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>One use of the client, on an empty database. What it adds to the dialogue is compared.</summary>
/// <param name="Name">Names the test case.</param>
/// <param name="PlayAsync">Uses the database and adds to the dialogue what a user of the client sees.</param>
internal sealed record Behaviour(string Name, Func<IDatabase, Dialogue, Task> PlayAsync)
{
    public override string ToString() => Name;
}
