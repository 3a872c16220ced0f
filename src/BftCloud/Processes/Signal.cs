namespace BftCloud.Processes;

/// <summary>The signals that are sent.</summary>
internal enum Signal
{
    /// <summary>What Ctrl-C sends.</summary>
    Interrupt = 2,

    /// <summary>Ends a process at once.</summary>
    Kill = 9,

    /// <summary>Asks a process to stop.</summary>
    Terminate = 15,

    /// <summary>Lets a stopped process go on.</summary>
    Continue = 18,

    /// <summary>Makes a process stand still.</summary>
    Stop = 19,
}
