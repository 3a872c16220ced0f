using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// Bounds what operations under way take on links and in the queues of replicas, there and back. How large replies will
/// be is not known before they come, so the largest of the last ones, or at first the largest there may be, is expected
/// again. One operation always has room. Invariant: an operation leaves once, with the bytes that it entered with.
/// </summary>
internal sealed class ByteRoom(ClientSettings settings)
{
    private int _underWay;
    private long _sentBytes;
    private long _expectedReplyBytes = settings.ReplyBytesMax;

    /// <summary>Nothing is under way.</summary>
    public bool IsEmpty => _underWay == 0 && _sentBytes == 0;

    public bool HasRoom =>
        _underWay == 0 || _sentBytes + (_underWay + 1) * _expectedReplyBytes < settings.BytesUnderWayMax;

    public void Enter(ClientOperation operation)
    {
        _underWay++;
        _sentBytes += operation.Payload.Length;
    }

    public void Leave(ClientOperation operation)
    {
        _underWay--;
        _sentBytes -= operation.Payload.Length;
        Invariant.Holds(
            _underWay >= 0 && _sentBytes >= 0 && (_underWay > 0 || _sentBytes == 0),
            "an operation leaves once, with the bytes that it entered with");
    }

    /// <summary>A reply came. Smaller ones bring the estimate down by an eighth of the difference.</summary>
    public void NoteReply(int bytes) =>
        _expectedReplyBytes = Math.Max(bytes, _expectedReplyBytes - (_expectedReplyBytes - bytes) / 8);
}
