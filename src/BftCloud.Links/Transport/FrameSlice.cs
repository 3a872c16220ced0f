namespace BftCloud.Links;

/// <summary>A part of a <see cref="FrameBuffer"/> with one user, which releases it; nothing by default.</summary>
internal readonly record struct FrameSlice(FrameBuffer? Buffer, int Start, int Length)
{
    /// <summary>The bytes; valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Bytes => Buffer is null ? [] : Buffer.Written.Slice(Start, Length);

    /// <summary>The part is not used any more.</summary>
    public void Release() => Buffer?.Release();
}
