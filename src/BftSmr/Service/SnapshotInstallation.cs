using System.Buffers;
using System.Buffers.Binary;

namespace BftSmr.Service;

/// <summary>
/// Takes the bytes of a snapshot in order, keeps the sessions section and passes the rest to the service.
/// </summary>
internal sealed class SnapshotInstallation(ISnapshotWriter service) : IDisposable
{
    private readonly byte[] _header = new byte[FrozenSnapshot.HeaderBytes];
    private readonly ArrayBufferWriter<byte> _sessions = new();
    private int _headerLength;
    private long _sessionsLeft;

    /// <summary>The next bytes; pieces may be cut anywhere.</summary>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_headerLength < _header.Length)
        {
            int taken = Math.Min(bytes.Length, _header.Length - _headerLength);
            bytes[..taken].CopyTo(_header.AsSpan(_headerLength));
            bytes = bytes[taken..];
            _headerLength += taken;
            if (_headerLength == _header.Length) _sessionsLeft = BinaryPrimitives.ReadInt64BigEndian(_header);
        }
        if (_sessionsLeft > 0 && !bytes.IsEmpty)
        {
            int taken = (int)Math.Min(bytes.Length, _sessionsLeft);
            _sessions.Write(bytes[..taken]); // grows with what arrives, not with what the header says
            bytes = bytes[taken..];
            _sessionsLeft -= taken;
        }
        if (bytes.IsEmpty) return;
        try
        {
            service.Write(bytes);
        }
        catch (Exception e)
        {
            throw new StateMachineException("installing a snapshot", e);
        }
    }

    /// <summary>
    /// All bytes were given and verified: they become the state. False, and the old state stays, if they are no
    /// snapshot.
    /// </summary>
    public bool TryCommit(out ReadOnlyMemory<byte> sessions)
    {
        sessions = default;
        if (_headerLength < _header.Length || _sessionsLeft != 0) return false;
        try
        {
            service.Commit();
        }
        catch (Exception e)
        {
            throw new StateMachineException("committing an installed snapshot", e);
        }
        sessions = _sessions.WrittenMemory;
        return true;
    }

    public void Dispose() => service.Dispose();
}
