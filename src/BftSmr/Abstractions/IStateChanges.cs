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

    /// <summary>
    /// Whether the state, as it was at the freeze, has a record with this key and value. Asked when all changes were
    /// read, of all records by and by: so a state is found out that is not what its records say, because memory is
    /// damaged or because a command touched a record that was not told. A service whose state cannot be looked up that
    /// way says yes.
    /// </summary>
    /// <param name="key">At most <see cref="StateChange.KeyBytesMax"/> bytes; valid during the call.</param>
    /// <param name="value">At most <see cref="StateChange.ValueBytesMax"/> bytes; valid during the call.</param>
    bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => true;
}
