namespace DepSky;

/// <summary>How long things are.</summary>
internal static class SegmentShape
{
    public const int SegmentBytesMin = 4 * 1024;
    public const int SegmentBytesMax = 64 * 1024 * 1024;
    public const int TagBytes = 16;
    public const int KeyBytes = 32;

    /// <summary>Bounds what a reader holds of metadata: 131072 segments over four clouds.</summary>
    public const int MetadataBytesMax = 20 * 1024 * 1024;

    public const int PartBytesMax = 1024;

    /// <summary>The most segments whose metadata fits.</summary>
    public static int SegmentsMax(int clouds) => (MetadataBytesMax - 16 * 1024) / (2 + 32 * clouds);

    public static int StoredBytes(DataProtection protection, int contentBytes) =>
        protection == DataProtection.Confidential ? contentBytes + TagBytes : contentBytes;

    /// <summary>A k-th of what is stored, rounded up.</summary>
    public static int BlockBytes(DataProtection protection, int blocksNeeded, int contentBytes) =>
        (StoredBytes(protection, contentBytes) + blocksNeeded - 1) / blocksNeeded;
}
