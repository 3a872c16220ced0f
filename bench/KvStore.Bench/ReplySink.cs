using System.Buffers;
using BftSmr;

namespace KvStore.Bench;

/// <summary>Takes one reply after the other, and keeps the last.</summary>
internal sealed class ReplySink : IReplySink
{
    private readonly ArrayBufferWriter<byte> _reply = new(4096);

    public ReadOnlyMemory<byte> Last => _reply.WrittenMemory;

    public IBufferWriter<byte> BeginReply(int index)
    {
        _reply.ResetWrittenCount();
        return _reply;
    }

    public void Fail(int index, string message) => throw new InvalidOperationException($"The store failed: {message}");
}
