namespace BftSmr.Simulation;

/// <summary>Kinds of trouble that a drawn fault plan may hold.</summary>
[Flags]
public enum FaultKinds
{
    /// <summary>Nothing goes wrong.</summary>
    None = 0,

    /// <summary>Replicas are Byzantine.</summary>
    Byzantine = 1,

    /// <summary>Clients are Byzantine.</summary>
    Clients = 2,

    /// <summary>Latency, spikes, loss, duplication, reordering, full queues.</summary>
    Network = 4,

    /// <summary>Partitions, in one direction or both.</summary>
    Partitions = 8,

    /// <summary>Links break.</summary>
    Links = 16,

    /// <summary>Processes and machines crash.</summary>
    Crashes = 32,

    /// <summary>All replicas lose power at once.</summary>
    Power = 64,

    /// <summary>Replicas stand still.</summary>
    Pauses = 128,

    /// <summary>Disks are lost or slow.</summary>
    Disks = 256,

    /// <summary>Clocks drift, are wrong, and jump.</summary>
    Clocks = 512,

    /// <summary>Clients restart.</summary>
    Restarts = 1024,

    /// <summary>Disks tear, corrupt and misdirect what is written, or fail, as when they are full.</summary>
    Damage = 2048,

    /// <summary>All of them.</summary>
    All = 4095,
}
