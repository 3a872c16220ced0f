namespace DepSky;

/// <summary>How to write a version.</summary>
public sealed record PutOptions
{
    /// <summary>The unit's lock, if there may be other writers.</summary>
    public UnitLock? Lock { get; init; }

    /// <summary>A file from which the upload goes on if it is interrupted and the same content is put again with the
    /// same file; deleted when it is complete. It holds the version's key until then: it is made readable by its owner
    /// only. The content must be seekable. Null for an upload that begins anew.</summary>
    public string? ResumeFile { get; init; }

    /// <summary>Told how many bytes are stored so far, a segment at a time.</summary>
    public IProgress<long>? Progress { get; init; }
}
