namespace BftCloud.Links;

/// <summary>Keeps the heartbeat of a set of links with one timer.</summary>
internal sealed class LinkMonitor : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<SecureLink> _links = [];
    private readonly int _silentTicksMax;
    private readonly ITimer _timer;

    public LinkMonitor(LinkOptions options, TimeProvider time)
    {
        _silentTicksMax = (int)Math.Ceiling(options.SilenceTimeout / options.HeartbeatPeriod);
        _timer = time.CreateTimer(
            static monitor => ((LinkMonitor)monitor!).Tick(), this, options.HeartbeatPeriod, options.HeartbeatPeriod);
    }

    public void Add(SecureLink link)
    {
        lock (_gate) _links.Add(link);
    }

    public void Remove(SecureLink link)
    {
        lock (_gate) _links.Remove(link);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        SecureLink[] links;
        lock (_gate) links = [.. _links];
        foreach (SecureLink link in links) link.Tick(_silentTicksMax);
    }
}
