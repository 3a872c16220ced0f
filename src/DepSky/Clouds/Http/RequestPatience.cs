namespace DepSky.Clouds.Http;

/// <summary>Ends one try of a request when the caller gives up, or when nothing moves for too long.</summary>
internal sealed class RequestPatience : IDisposable
{
    private readonly TimeSpan _stall;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public RequestPatience(RequestPolicy policy, CancellationToken cancellationToken)
    {
        _stall = policy.Stall;
        _stalled = new CancellationTokenSource(_stall, policy.Time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_stalled.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Something moved: the wait begins anew.</summary>
    public void Progress() => _stalled.CancelAfter(_stall);

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}
