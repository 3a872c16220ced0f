using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Service;

/// <summary>
/// What was touched since the last checkpoint: the replica's own records, then the service's. A byte in front of the
/// key says whose a record is. What the service gives is held to its contract.
/// </summary>
internal sealed class FrozenState(ChangedRecords own, IStateChanges service) : RunCursor
{
    /// <summary>The first byte of the keys of the replica's own records.</summary>
    public const byte OwnTag = 0;

    /// <summary>The first byte of the keys of the service's records.</summary>
    public const byte ServiceTag = 1;

    private readonly byte[] _key = new byte[KeyBytesMax], _lastKey = new byte[KeyBytesMax];
    private byte[] _value = [];
    private int _keyLength, _valueLength;
    private int _lastLength = -1;
    private StateChangeKind _lastKind;
    private bool _isOwn = true;

    public override ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyLength);

    public override ReadOnlySpan<byte> Value => _isOwn ? own.Value : _value.AsSpan(0, _valueLength);

    /// <exception cref="StateMachineException">The service threw, or what it gives breaks its contract.</exception>
    public override bool MoveNext()
    {
        if (_isOwn && own.MoveNext())
        {
            Kind = own.Kind;
            Show(OwnTag, own.Key);
            return true;
        }
        _isOwn = false;
        try
        {
            return MoveNextOfService();
        }
        catch (Exception e)
        {
            throw new StateMachineException("reading what it changed", e);
        }
    }

    /// <summary>Whether the service's state has this record; asked when all changes were read.</summary>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Invariant.Holds(key.Length > 0 && key[0] == ServiceTag, "only the service's records are looked up");
        try
        {
            return service.Has(key[1..], value);
        }
        catch (Exception e)
        {
            throw new StateMachineException("looking up a record", e);
        }
    }

    public override void Dispose()
    {
        own.Dispose();
        service.Dispose();
    }

    private bool MoveNextOfService()
    {
        if (!service.TryRead(out StateChange change)) return false;
        Kind = change.Kind;
        Show(ServiceTag, change.Key);
        if (_value.Length < change.Value.Length) _value = new byte[Math.Max(4096, 2 * change.Value.Length)];
        change.Value.CopyTo(_value);
        _valueLength = change.Value.Length;
        if (_lastLength >= 0 && Compare(_lastKey.AsSpan(0, _lastLength), _lastKind, Key, Kind) >= 0)
            throw new InvalidOperationException(
                $"The key 0x{Convert.ToHexStringLower(change.Key)} is not above the one before it: what was touched "
                + "has to ascend, each key once.");
        Key.CopyTo(_lastKey);
        (_lastLength, _lastKind) = (_keyLength, Kind);
        return true;
    }

    private void Show(byte tag, ReadOnlySpan<byte> key)
    {
        Invariant.Holds(key.Length < KeyBytesMax, "a key is no longer than records may have");
        _key[0] = tag;
        key.CopyTo(_key.AsSpan(1));
        _keyLength = key.Length + 1;
    }
}
