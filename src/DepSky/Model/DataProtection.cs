namespace DepSky;

/// <summary>What clouds may learn, and what it costs.</summary>
public enum DataProtection
{
    /// <summary>
    /// DepSky-CA: encrypted under a fresh key for every version, cut by an erasure code into blocks of 1/(f+1), the key
    /// shared secretly. f clouds together learn nothing but sizes.
    /// </summary>
    Confidential = 1,

    /// <summary>DepSky-A: each cloud holds all of it in clear, and can read it. Available and authentic only.</summary>
    Replicated = 2,
}
