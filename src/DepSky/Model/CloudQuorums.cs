namespace DepSky;

/// <summary>
/// All quorum arithmetic, in one place: n clouds, at most f of them faulty in any way, n >= 3f+1. Two sets of n-f
/// clouds meet in f+1, so in a correct one.
/// </summary>
internal sealed record CloudQuorums
{
    /// <summary>The most clouds: sets of them are kept in 16 bits.</summary>
    public const int CloudsMax = 16;

    /// <summary>Sizes for <paramref name="clouds"/> clouds of which <paramref name="faulty"/> may be faulty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">So few clouds cannot tolerate so many faults, or there are more
    /// than <see cref="CloudsMax"/>.</exception>
    public CloudQuorums(int clouds, int faulty)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(faulty);
        ArgumentOutOfRangeException.ThrowIfLessThan(clouds, 3 * faulty + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clouds, CloudsMax);
        Clouds = clouds;
        Faulty = faulty;
        Available = clouds - faulty;
        OneCorrect = faulty + 1;
    }

    /// <summary>n.</summary>
    public int Clouds { get; }

    /// <summary>f.</summary>
    public int Faulty { get; }

    /// <summary>
    /// n-f: as many as can be waited for. Every write is acknowledged by, and every search answered by, so many.
    /// </summary>
    public int Available { get; init; }

    /// <summary>
    /// f+1: as many as hold a correct one, and as many as a confidential object's blocks and shares are needed of.
    /// </summary>
    public int OneCorrect { get; init; }

    /// <summary>k: how many blocks give the content.</summary>
    /// <param name="protection">What clouds may learn.</param>
    public int BlocksNeeded(DataProtection protection) => protection == DataProtection.Confidential ? OneCorrect : 1;
}
