namespace KvStore.Tests;

public class SmokeTests
{
    [Fact]
    public void Starts_empty() => Assert.Equal(0, new KvStateMachine().Count);
}
