namespace DepSky.Protocol;

/// <summary>The order in which an operation turns to clouds, and for how long it waits before it turns to one more. It learns as the operation goes on.</summary>
internal sealed class CloudOrder
{
    private const long DelayMsMin = 20;
    private const long DelayMsMax = 5_000;

    /// <summary>How much longer than usual a cloud may take before another is asked as well.</summary>
    private const int Patience = 3;

    private readonly List<int> _order;
    private long _usualMs;

    /// <summary>Starts with what is known from before.</summary>
    /// <param name="order">All clouds, the preferred first.</param>
    /// <param name="usualMs">How long an answer takes.</param>
    public CloudOrder(IEnumerable<int> order, long usualMs)
    {
        _order = [.. order];
        _usualMs = usualMs;
    }

    public IReadOnlyList<int> Clouds => _order;

    /// <summary>How long an answer takes.</summary>
    public long UsualMs => _usualMs;

    /// <summary>When to turn to one cloud more.</summary>
    public long DelayMs => Math.Clamp(Patience * _usualMs, DelayMsMin, DelayMsMax);

    /// <summary>An answer took so long: the delay follows the slower answers quickly, the quicker ones slowly.</summary>
    public void Learn(long tookMs) => _usualMs = tookMs > _usualMs ? tookMs : (7 * _usualMs + tookMs) / 8;

    /// <summary>This one failed or kept us waiting: the others first.</summary>
    public void Demote(int cloud)
    {
        _order.Remove(cloud);
        _order.Add(cloud);
    }
}
