namespace LeaseService;

/// <summary>
/// What the lease guards: a number in some storage that knows nothing of the service. It remembers the newest token
/// that it has seen, and refuses older ones. Reading and writing are two steps, so two holders at once would lose an
/// increment.
/// </summary>
internal sealed class FencedCounter
{
    private readonly Lock _gate = new();
    private long _newest;
    private int _value;

    public int Read(long token)
    {
        lock (_gate)
        {
            Check(token);
            return _value;
        }
    }

    public void Write(long token, int value)
    {
        lock (_gate)
        {
            Check(token);
            _value = value;
        }
    }

    private void Check(long token)
    {
        if (token < _newest)
            throw new StaleTokenException($"Token {token} is older than {_newest}, which was here already.");
        _newest = token;
    }
}
