namespace BftSmr;

/// <summary>
/// The records that were touched since the last freeze, as they were at this one. Used by one thread at a time, not
/// always the one that executes.
/// </summary>
public interface IStateChanges : IDisposable
{
    /// <summary>
    /// Gives the next change; false at the end. They ascend by key, each key once, but that a
    /// <see cref="StateChangeKind.RemoveAll"/> may stand before another change of the same key.
    /// </summary>
    /// <param name="change">Valid until the next call.</param>
    bool TryRead(out StateChange change);
}
