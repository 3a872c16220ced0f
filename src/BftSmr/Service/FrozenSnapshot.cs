using System.Buffers.Binary;

namespace BftSmr.Service;

/// <summary>
/// Streams the bytes of a snapshot: the sessions section behind its length, then what the service reads out.
/// </summary>
internal sealed class FrozenSnapshot : ISnapshotReader
{
    /// <summary>Bytes before the sessions section: its length.</summary>
    public const int HeaderBytes = 8;

    private readonly ISnapshotReader _service;
    private readonly byte[] _header = new byte[HeaderBytes];
    private ReadOnlyMemory<byte> _own, _sessions;

    public FrozenSnapshot(ReadOnlyMemory<byte> sessions, ISnapshotReader service)
    {
        BinaryPrimitives.WriteInt64BigEndian(_header, sessions.Length);
        (_own, _sessions, _service) = (_header, sessions, service);
    }

    public int Read(Span<byte> buffer)
    {
        if (_own.IsEmpty && !_sessions.IsEmpty) (_own, _sessions) = (_sessions, default);
        if (_own.IsEmpty) return ReadService(buffer);
        int count = Math.Min(buffer.Length, _own.Length);
        _own.Span[..count].CopyTo(buffer);
        _own = _own[count..];
        return count;
    }

    public void Dispose() => _service.Dispose();

    private int ReadService(Span<byte> buffer)
    {
        try
        {
            int count = _service.Read(buffer);
            return count >= 0 && count <= buffer.Length
                ? count
                : throw new InvalidOperationException($"Read returned {count} for a buffer of {buffer.Length} bytes.");
        }
        catch (Exception e)
        {
            throw new StateMachineException("streaming its snapshot", e);
        }
    }
}
