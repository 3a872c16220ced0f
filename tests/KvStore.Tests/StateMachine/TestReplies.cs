using System.Buffers;
using BftSmr;

namespace KvStore.Tests.StateMachine;

/// <summary>Keeps the replies of one batch.</summary>
internal sealed class TestReplies(int count) : IReplySink
{
    private readonly ArrayBufferWriter<byte>[] _replies =
        [.. Enumerable.Range(0, count).Select(_ => new ArrayBufferWriter<byte>())];

    public byte[] this[int index] => _replies[index].WrittenSpan.ToArray();

    public IBufferWriter<byte> BeginReply(int index) => _replies[index];

    public void Fail(int index, string message) =>
        throw new InvalidOperationException($"The store answers with error codes, not with failures: {message}");
}
