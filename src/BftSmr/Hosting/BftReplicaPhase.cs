namespace BftSmr.Hosting;

/// <summary>
/// What a replica is doing on its way to taking part in full; docs/spec/ordering/phases.md has the definitions.
/// </summary>
public enum BftReplicaPhase
{
    /// <summary>
    /// It reads its state and its log from its disk, and hears nothing yet. <see cref="BftStartProgress"/> tells how
    /// far; a replica that has a status is in a later phase.
    /// </summary>
    Starting,

    /// <summary>It fetches a checkpoint from the others, in place of its own state.</summary>
    Fetching,

    /// <summary>The checkpoint is whole here, is checked and loaded. It executes nothing meanwhile.</summary>
    Loading,

    /// <summary>It fetches batches that the others have decided, and executes them.</summary>
    Replaying,

    /// <summary>It fetches nothing, and is in non-voting recovery: it forgot its votes.</summary>
    Recovering,

    /// <summary>
    /// It votes, but has not heard from enough others, is behind them, or is changing its leader.
    /// </summary>
    Voting,

    /// <summary>It takes part in full: another replica may be stopped.</summary>
    Ready,
}
