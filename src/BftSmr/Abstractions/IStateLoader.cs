namespace BftSmr;

/// <summary>Takes the records of a state and makes them the service's own.</summary>
public interface IStateLoader : IDisposable
{
    /// <summary>Takes the next record. They ascend by key, and each comes once.</summary>
    /// <param name="key">At most <see cref="StateChange.KeyBytesMax"/> bytes; valid during the call.</param>
    /// <param name="value">At most <see cref="StateChange.ValueBytesMax"/> bytes; valid during the call.</param>
    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>
    /// All records have been given: they are the state. If the loader is disposed of without this, the service has no
    /// state, and is not used until it is loaded again.
    /// </summary>
    void Commit();
}
