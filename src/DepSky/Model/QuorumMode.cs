namespace DepSky;

/// <summary>In how many clouds the blocks of what is written are stored.</summary>
public enum QuorumMode
{
    /// <summary>
    /// In n-f, those that answer best; another one takes the place of one that fails. Confidential units take
    /// (n-f)/(f+1) times their size: 1.5 times with four clouds.
    /// </summary>
    Preferred = 1,

    /// <summary>
    /// In all that store them without keeping the writer waiting, n-f at least. Takes n/(f+1) times the size - twice
    /// with four clouds - and more clouds can be lost later on.
    /// </summary>
    All = 2,
}
