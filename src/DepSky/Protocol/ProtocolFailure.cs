namespace DepSky.Protocol;

/// <summary>Why an operation cannot be completed.</summary>
internal enum FailureKind
{
    /// <summary>More than f clouds did not do their part.</summary>
    NoQuorum,

    /// <summary>Fewer than k clouds have an intact block, or share of the key.</summary>
    DataUnavailable,

    /// <summary>The lease ran out, or another writer took the lock.</summary>
    LeaseLost,

    /// <summary>Another writer has the lock.</summary>
    Locked,

    /// <summary>A later version was begun since the upload was interrupted.</summary>
    Superseded,

    /// <summary>The version cannot hold so much.</summary>
    TooLarge,
}

/// <summary>Why an operation cannot be completed, and what each cloud has to do with it.</summary>
internal sealed record ProtocolFailure(FailureKind Kind, string What, IReadOnlyList<CloudProblem> Problems);
