using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Features.Echo;

/// <summary>
/// Does nothing but reply as many zero bytes as the operation's first four bytes (big-endian) say; an operation shorter
/// than that gets an empty reply. What it measures is the ordering alone. Its state is the number of commands executed.
/// </summary>
internal sealed class EchoStateMachine : IStateMachine
{
    public const int ReplyBytesMax = 32 << 20;

    private long _executed;

    /// <summary>The service; it has no options.</summary>
    public static EchoStateMachine Create(ServiceOptions options)
    {
        options.Read().End();
        return new EchoStateMachine();
    }

    /// <summary>
    /// An operation of the given size, or of the four bytes that are needed to ask for a reply that is not empty.
    /// </summary>
    public static byte[] Operation(int requestBytes, int replyBytes)
    {
        byte[] operation = new byte[replyBytes == 0 ? requestBytes : Math.Max(requestBytes, sizeof(int))];
        if (operation.Length >= sizeof(int)) BinaryPrimitives.WriteInt32BigEndian(operation, replyBytes);
        return operation;
    }

    public void Execute(CommandBatch batch)
    {
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        for (int i = 0; i < commands.Length; i++)
        {
            int replyBytes = ReplyBytesOf(commands[i].Operation.Span);
            if (replyBytes > 0) WriteZeros(batch.ReplyTo(i), replyBytes);
        }
        _executed += commands.Length;
    }

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        WriteZeros(reply, ReplyBytesOf(query));

    public Digest StateDigest() => Blake2b.Hash(State());

    public IStateChanges Freeze() => new Changes(State());

    public IStateLoader BeginLoad() => new Loader(this);

    private byte[] State()
    {
        byte[] state = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(state, _executed);
        return state;
    }

    private static int ReplyBytesOf(ReadOnlySpan<byte> operation) =>
        operation.Length < sizeof(int)
            ? 0
            : (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(operation), ReplyBytesMax);

    private static void WriteZeros(IBufferWriter<byte> reply, int count)
    {
        if (count == 0) return;
        reply.GetSpan(count)[..count].Clear();
        reply.Advance(count);
    }

    /// <summary>The one record, whose key is empty.</summary>
    private sealed class Changes(byte[] state) : IStateChanges
    {
        private bool _isRead;

        public bool TryRead(out StateChange change)
        {
            change = StateChange.Put([], state);
            return !_isRead && (_isRead = true);
        }

        public void Dispose()
        {
        }
    }

    private sealed class Loader(EchoStateMachine machine) : IStateLoader
    {
        private long _executed;

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            _executed = BinaryPrimitives.ReadInt64BigEndian(value);

        public void Commit() => machine._executed = _executed;

        public void Dispose()
        {
        }
    }
}
