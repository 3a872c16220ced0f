namespace KvStore;

/// <summary>How a value is put.</summary>
public sealed record KvPutOptions
{
    /// <summary>Put it only if this holds.</summary>
    public KvPutCondition Condition { get; init; }

    /// <summary>
    /// The key ceases to exist so long after the agreed time of the put. Null: see <see cref="KeepExpiry"/>.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Without a <see cref="TimeToLive"/>: a key that expires goes on to do so. Otherwise it no longer expires.
    /// </summary>
    public bool KeepExpiry { get; init; }
}
