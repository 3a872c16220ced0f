namespace BftSmr.Client;

/// <summary>How many operations are under way on a number of connections. Safe for any number of threads.</summary>
internal sealed class ClientLoad
{
    private int _underWay;

    /// <summary>The one of all connections of the process, as they share its thread.</summary>
    public static ClientLoad OfProcess { get; } = new();

    public int UnderWay => Volatile.Read(ref _underWay);

    public void Enter() => Interlocked.Increment(ref _underWay);

    public void Leave() => Interlocked.Decrement(ref _underWay);
}
