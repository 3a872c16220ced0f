using BftSmr.Settings;

namespace BftSmr.Sessions;

/// <summary>
/// Everything of a replica's own that all replicas agree on after the same instances: its records are part of the
/// state, as the service's are.
/// </summary>
internal sealed class ReplicatedState(ReplicaSettings settings)
{
    public SessionTable Sessions { get; } = new(settings);

    /// <summary>The agreed time of the last executed batch.</summary>
    public long AgreedTimeMicros { get; set; }
}
