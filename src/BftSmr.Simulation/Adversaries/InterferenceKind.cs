namespace BftSmr.Simulation;

/// <summary>What a Byzantine node does to messages of one type.</summary>
public enum InterferenceKind
{
    /// <summary>Sends them late: by so many milliseconds.</summary>
    Delay,

    /// <summary>Does not send them; so many of a hundred.</summary>
    Drop,

    /// <summary>Sends them to another receiver; so many of a hundred.</summary>
    Divert,

    /// <summary>Sends them so many times.</summary>
    Duplicate,

    /// <summary>Changes a field; in so many of a hundred.</summary>
    Lie,

    /// <summary>Sends the latest one that it saw, or one that it made up: so many a second to each receiver.</summary>
    Flood,
}
