namespace DepSky.Tests.Simulation;

/// <summary>What a faulty cloud may do with a request, one at a time.</summary>
internal enum CloudBehaviour
{
    Correct,

    /// <summary>Never answers; does it or not.</summary>
    Mute,
    Unavailable,

    /// <summary>Says that it stored, and did not.</summary>
    FalseAcknowledgement,

    /// <summary>Answers from an earlier state.</summary>
    Stale,
    Corrupt,

    /// <summary>Only the first half of an object.</summary>
    Partial,

    /// <summary>Knows of nothing.</summary>
    Vanished,

    /// <summary>Another object's content instead.</summary>
    Reordered,

    /// <summary>Names versions that no writer wrote, and gives the content of others for them.</summary>
    Forged,
}
