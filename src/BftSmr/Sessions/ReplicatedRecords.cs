using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Sessions;

/// <summary>
/// The replica's own records. Key 0: [agreed time, uses of sessions]. Key 1 and a client (4 bytes): its floor. Key 2, a
/// client and a nonce (8 bytes): a session, [use, last sequence, [[sequence, status, result]]].
/// </summary>
internal static class ReplicatedRecords
{
    private const byte HeaderTag = 0, ClientTag = 1, SessionTag = 2;
    private const int ClientKeyBytes = 1 + sizeof(int), SessionKeyBytes = ClientKeyBytes + sizeof(ulong);

    /// <summary>What changed since this was called last; from now on nothing is touched.</summary>
    public static ChangedRecords TakeTouched(ReplicatedState state)
    {
        ChangedRecords changes = new();
        changes.Put([HeaderTag], Encode((ref CanonicalWriter writer) =>
        {
            writer.WriteArrayHeader(2);
            writer.WriteInt64(state.AgreedTimeMicros);
            writer.WriteInt64(state.Sessions.Uses);
        }));
        (ClientId[] clients, (ClientId Client, ulong Nonce)[] sessions) = state.Sessions.Touched.Take();
        foreach (ClientId client in clients)
        {
            ulong floor = state.Sessions.Of(client)!.Floor;
            changes.Put(KeyOf(client), Encode((ref CanonicalWriter writer) => writer.WriteUInt64(floor)));
        }
        foreach ((ClientId client, ulong nonce) in sessions)
        {
            if (state.Sessions.Of(client)?.Find(nonce) is { } session)
                changes.Put(KeyOf(client, nonce), Encode((ref CanonicalWriter writer) => Write(ref writer, session)));
            else changes.Remove(KeyOf(client, nonce));
        }
        return changes;
    }

    /// <summary>Reads all records of a state; false if they are none that <see cref="TakeTouched"/> made.</summary>
    public static bool TryLoad(
        IReadOnlyList<StateRecord> records, ReplicaSettings settings, [NotNullWhen(true)] out ReplicatedState? state)
    {
        state = null;
        SortedDictionary<int, (ulong Floor, List<Session> Sessions)> clients = [];
        (long time, long uses, bool isHeaded) = (0, 0, false);
        foreach (StateRecord record in records)
        {
            ReadOnlySpan<byte> key = record.Key.Span;
            CanonicalReader reader = new(record.Value);
            bool isRead = (key.Length, key.Length == 0 ? byte.MaxValue : key[0]) switch
            {
                (1, HeaderTag) => isHeaded = reader.TryReadArray(2) && reader.TryReadInt64(out time)
                    && reader.TryReadInt64(out uses),
                (ClientKeyBytes, ClientTag) => TryReadFloor(key, ref reader, clients),
                (SessionKeyBytes, SessionTag) => TryReadSession(key, ref reader, uses, clients),
                _ => false,
            };
            if (!isRead || !reader.AtEnd) return false;
        }
        if (!isHeaded) return false;
        state = new ReplicatedState(settings) { AgreedTimeMicros = time };
        state.Sessions.Restore(
            uses,
            clients.Select(static c => (new ClientId(c.Key), c.Value.Floor, (IEnumerable<Session>)c.Value.Sessions)));
        return true;
    }

    private static bool TryReadFloor(
        ReadOnlySpan<byte> key, ref CanonicalReader reader,
        SortedDictionary<int, (ulong Floor, List<Session> Sessions)> clients)
    {
        int client = BinaryPrimitives.ReadInt32BigEndian(key[1..]);
        return client >= 0 && reader.TryReadUInt64(out ulong floor) && clients.TryAdd(client, (floor, []));
    }

    private static bool TryReadSession(
        ReadOnlySpan<byte> key, ref CanonicalReader reader, long uses,
        SortedDictionary<int, (ulong Floor, List<Session> Sessions)> clients)
    {
        int client = BinaryPrimitives.ReadInt32BigEndian(key[1..]);
        ulong nonce = BinaryPrimitives.ReadUInt64BigEndian(key[ClientKeyBytes..]);
        if (client < 0 || !reader.TryReadArray(3) || !reader.TryReadInt64(out long use) || use > uses
            || !reader.TryReadUInt64(out ulong lastSequence)
            || !reader.TryReadArray(int.MaxValue, 4, out int count)) return false;
        CachedReply[] replies = new CachedReply[count];
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadArray(3) || !reader.TryReadUInt64(out ulong sequence)
                || !reader.TryReadInt32((int)ReplyStatus.ReplyTooLarge, out int status)
                || !reader.TryReadBinary(int.MaxValue, out ReadOnlyMemory<byte> result)) return false;
            replies[i] = new CachedReply(sequence, (ReplyStatus)status, result);
        }
        if (!clients.TryGetValue(client, out (ulong Floor, List<Session> Sessions) sessions))
            clients.Add(client, sessions = (0, []));
        sessions.Sessions.Add(Session.Restore(nonce, use, lastSequence, replies));
        return true;
    }

    private static void Write(ref CanonicalWriter writer, Session session)
    {
        writer.WriteArrayHeader(3);
        writer.WriteInt64(session.Use);
        writer.WriteUInt64(session.LastSequence);
        writer.WriteArrayHeader(session.Replies.Count);
        for (int i = 0; i < session.Replies.Count; i++)
        {
            CachedReply reply = session.Replies[i];
            writer.WriteArrayHeader(3);
            writer.WriteUInt64(reply.Sequence);
            writer.WriteInt64((int)reply.Status);
            writer.WriteBinary(reply.Result.Span);
        }
    }

    private static byte[] KeyOf(ClientId client)
    {
        byte[] key = new byte[ClientKeyBytes];
        key[0] = ClientTag;
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), client.Value);
        return key;
    }

    private static byte[] KeyOf(ClientId client, ulong nonce)
    {
        byte[] key = new byte[SessionKeyBytes];
        key[0] = SessionTag;
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), client.Value);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(ClientKeyBytes), nonce);
        return key;
    }

    private static ReadOnlyMemory<byte> Encode(Content content)
    {
        ByteBuffer output = new();
        CanonicalWriter writer = new(output);
        content(ref writer);
        writer.Flush();
        return output.WrittenMemory;
    }

    private delegate void Content(ref CanonicalWriter writer);
}
