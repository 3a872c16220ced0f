using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// MULTI, EXEC, DISCARD, WATCH. What is queued becomes one transaction of the store, with the condition that each key
/// watched still has the revision that WATCH saw: atomic across the cluster, and any number of gateways.
/// </summary>
internal static class TransactionCommands
{
    /// <summary>What a revision, and what surrounds it and its key, take in a transaction, bytes.</summary>
    private const int RevisionBytesMax = 3 * CanonicalFormat.HeaderBytesMax;

    public static IEnumerable<RespCommand> All =>
    [
        new("multi", 1, Multi) { NeverQueued = true },
        new("exec", 1, Exec) { NeverQueued = true },
        new("discard", 1, Discard) { NeverQueued = true },
        new("watch", -2, Watch) { NeverQueued = true },
        new("unwatch", 1, Unwatch),
    ];

    private static void Multi(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (session.Transaction.IsQueueing)
        {
            session.Fail(command, "ERR MULTI calls can not be nested");
            return;
        }
        session.Transaction.Begin();
        session.Ok(command);
    }

    private static void Discard(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.Transaction.IsQueueing)
        {
            session.Fail(command, "ERR DISCARD without MULTI");
            return;
        }
        session.Transaction.End();
        session.Ok(command);
    }

    private static void Unwatch(RespSession session, RespCommand command, RespArguments arguments)
    {
        // Within MULTI it is too late: EXEC checks the watched keys all the same.
        if (!session.IsQueueing) session.Transaction.Unwatch();
        session.Ok(command);
    }

    private static void Watch(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (session.Transaction.IsQueueing)
        {
            session.Fail(command, "ERR WATCH inside MULTI is not allowed");
            return;
        }
        if (session.Transaction.Watched.Count + arguments.Count - 1 > RespLimits.WatchedKeysMax)
        {
            session.Fail(command, RespErrors.TooManyWatched(session.Gateway.OperationBytesMax));
            return;
        }
        byte[][] keys = new byte[arguments.Count - 1][];
        ByteBuffer operation = new();
        operation.Begin(Opcode.Revision, keys.Length);
        for (int i = 0; i < keys.Length; i++) operation.WriteBinary(keys[i] = arguments[i + 1].ToArray());
        if (session.Transaction.WatchedBytes + operation.Length + keys.Length * RevisionBytesMax
            > session.Gateway.OperationBytesMax - RespTransaction.FrameBytes)
        {
            session.Fail(command, RespErrors.TooManyWatched(session.Gateway.OperationBytesMax));
            return;
        }
        session.Next = connection => WatchAsync(session, connection, keys, operation.WrittenMemory);
    }

    private static async ValueTask WatchAsync(
        RespSession session, RespConnection connection, byte[][] keys, ReadOnlyMemory<byte> operation)
    {
        ReadOnlyMemory<byte> reply;
        try
        {
            reply = await session.Gateway.ReadAsync(operation).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The client is told of any error.
        catch (Exception e)
        {
            connection.Output.Error(RespErrors.Of(e));
            return;
        }
#pragma warning restore CA1031
        CanonicalReader reader = new(reply);
        PendingReply pending = new("watch", (ref CanonicalReader revisions, RespWriter output) =>
        {
            if (!revisions.TryReadArray(out int count) || count != keys.Length) return false;
            foreach (byte[] key in keys)
            {
                if (!revisions.TryReadInteger(out long revision)) return false;
                session.Transaction.Watch(key, revision);
            }
            output.Ok();
            return true;
        }, 0, 0);
        connection.Write(pending, ref reader);
    }

    private static void Exec(RespSession session, RespCommand command, RespArguments arguments)
    {
        RespTransaction transaction = session.Transaction;
        if (!transaction.IsQueueing)
        {
            session.Fail(command, "ERR EXEC without MULTI");
            return;
        }
        if (transaction.IsAborted)
        {
            transaction.End();
            session.Fail(command, RespErrors.ExecAborted);
            return;
        }
        session.Next = connection => ExecAsync(session, connection);
    }

    private static async ValueTask ExecAsync(RespSession session, RespConnection connection)
    {
        RespTransaction transaction = session.Transaction;
        RespBatch queued = transaction.Queued;
        try
        {
            ReadOnlyMemory<byte> replies = default;
            if (queued.OperationCount > 0 || transaction.Watched.Count > 0)
                replies = await connection.SubmitAsync(OperationOf(transaction), standsAlone: true)
                    .ConfigureAwait(false);
            Write(session, replies, connection);
        }
#pragma warning disable CA1031 // The client is told of any error.
        catch (Exception e)
        {
            connection.Output.Error(RespErrors.Of(e));
        }
#pragma warning restore CA1031
        transaction.End();
    }

    private static ReadOnlyMemory<byte> OperationOf(RespTransaction transaction)
    {
        ByteBuffer operation = new(transaction.Queued.Operations.Length + 256);
        operation.Begin(Opcode.Transaction, 1 + transaction.Queued.OperationCount);
        operation.WriteArray(transaction.Watched.Count);
        foreach ((byte[] key, long revision) in transaction.Watched)
        {
            operation.WriteArray(2);
            operation.WriteBinary(key);
            operation.WriteInteger(revision);
        }
        operation.WriteElements(transaction.Queued.Operations.Written);
        return operation.WrittenMemory;
    }

    private static void Write(RespSession session, ReadOnlyMemory<byte> replies, RespConnection connection)
    {
        RespBatch queued = session.Transaction.Queued;
        CanonicalReader reader = new(replies);
        if (reader.TryReadError(out KvErrorCode error))
        {
            connection.Output.Error(RespErrors.Of(error, "exec"));
            return;
        }
        if (reader.TryReadInteger(out _))
        {
            connection.Output.NullArray(); // a watched key has changed
            return;
        }
        if (!reader.AtEnd) reader.TryReadArray(out _);
        connection.Output.Array(queued.Pending.Count);
        foreach (PendingReply queuedReply in queued.Pending)
        {
            // As in Redis, CLIENT REPLY OFF silences even the replies behind it in EXEC.
            PendingReply pending = queuedReply with { IsSilent = session.Replies == ReplyMode.Off };
            if (pending.Format is null) connection.WriteKnown(queued, pending);
            else connection.Write(pending, ref reader);
        }
    }
}
