namespace DepSky.Protocol;

/// <summary>
/// The order in which an operation turns to clouds, and for how long it waits before it turns to one more. It learns as
/// the operation goes on.
/// </summary>
internal sealed class CloudOrder
{
    private const long DelayMicrosMin = 20_000;
    private const long DelayMicrosMax = 5_000_000;

    /// <summary>How much longer than usual a cloud may take before another is asked as well.</summary>
    private const int Patience = 3;

    private readonly List<int> _order;

    /// <summary>Starts with what is known from before.</summary>
    /// <param name="order">All clouds, the preferred first.</param>
    /// <param name="usualMicros">How long an answer takes.</param>
    public CloudOrder(IEnumerable<int> order, long usualMicros)
    {
        _order = [.. order];
        UsualMicros = usualMicros;
    }

    public IReadOnlyList<int> Clouds => _order;

    /// <summary>How long an answer takes.</summary>
    public long UsualMicros { get; private set; }

    /// <summary>When to turn to one cloud more.</summary>
    public long DelayMicros => Math.Clamp(Patience * UsualMicros, DelayMicrosMin, DelayMicrosMax);

    /// <summary>
    /// An answer took so long: the delay follows the slower answers quickly, the quicker ones slowly.
    /// </summary>
    public void Learn(long tookMicros) =>
        UsualMicros = tookMicros > UsualMicros ? tookMicros : (7 * UsualMicros + tookMicros) / 8;

    /// <summary>This one failed or was slow: the others first.</summary>
    public void Demote(int cloud)
    {
        _order.Remove(cloud);
        _order.Add(cloud);
    }
}
