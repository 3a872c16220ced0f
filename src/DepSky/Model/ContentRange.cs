namespace DepSky;

/// <summary>A part of a unit's content.</summary>
public readonly record struct ContentRange
{
    /// <summary>
    /// From <paramref name="offsetBytes"/> on, no more than <paramref name="lengthBytes"/>; to the end, if null.
    /// </summary>
    /// <param name="offsetBytes">The first byte.</param>
    /// <param name="lengthBytes">How many.</param>
    public ContentRange(long offsetBytes, long? lengthBytes = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes ?? 0, nameof(lengthBytes));
        OffsetBytes = offsetBytes;
        LengthBytes = lengthBytes;
    }

    /// <summary>The first byte.</summary>
    public long OffsetBytes { get; }

    /// <summary>How many, or fewer if the content ends before; null for all to the end.</summary>
    public long? LengthBytes { get; }
}
