using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Settings;
using static BftCloud.Primitives.CanonicalFormat;

namespace BftSmr.Sessions;

/// <summary>
/// The replica's own section of a snapshot: [agreed time, [[client, floor, [[nonce, last sequence, [[sequence, status,
/// result]]]]]]].
/// </summary>
internal static class ReplicatedStateCodec
{
    public static ReadOnlyMemory<byte> Encode(ReplicatedState state)
    {
        // Replies make it large, if never larger than the session table may be: it is written to memory of its exact
        // size, as one that grows leaves as much again behind.
        int size = EncodedBytes(state);
        ByteBuffer output = new(size);
        CanonicalWriter writer = new(output);
        writer.WriteArrayHeader(2);
        writer.WriteInt64(state.AgreedTimeMicros);
        KeyValuePair<int, ClientSessions>[] clients = [.. state.Sessions.Clients];
        writer.WriteArrayHeader(clients.Length);
        foreach ((int client, ClientSessions sessions) in clients)
        {
            writer.WriteArrayHeader(3);
            writer.WriteInt64(client);
            writer.WriteUInt64(sessions.Floor);
            writer.WriteArrayHeader(sessions.ByUse.Count);
            foreach (Session session in sessions.ByUse) Write(ref writer, session);
        }
        writer.Flush();
        Invariant.Holds(output.Length == size, "the size computed is the size written");
        return output.WrittenMemory;
    }

    private static int EncodedBytes(ReplicatedState state)
    {
        KeyValuePair<int, ClientSessions>[] clients = [.. state.Sessions.Clients];
        int size = 1 + SizeOfUInt64((ulong)state.AgreedTimeMicros) + SizeOfArrayHeader(clients.Length);
        foreach ((int client, ClientSessions sessions) in clients)
        {
            size = checked(
                size + 1 + SizeOfUInt64((ulong)client) + SizeOfUInt64(sessions.Floor)
                + SizeOfArrayHeader(sessions.ByUse.Count));
            foreach (Session session in sessions.ByUse) size = checked(size + EncodedBytes(session));
        }
        return size;
    }

    private static int EncodedBytes(Session session)
    {
        int size = 1 + SizeOfUInt64(session.Nonce) + SizeOfUInt64(session.LastSequence) + SizeOfArrayHeader(
            session.Replies.Count);
        for (int i = 0; i < session.Replies.Count; i++)
        {
            CachedReply reply = session.Replies[i];
            size = checked(
                size + 1 + SizeOfUInt64(reply.Sequence) + SizeOfUInt64((ulong)reply.Status)
                + SizeOfBinary(reply.Result.Length));
        }
        return size;
    }

    private static void Write(ref CanonicalWriter writer, Session session)
    {
        writer.WriteArrayHeader(3);
        writer.WriteUInt64(session.Nonce);
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

    /// <summary>Reads what <see cref="Encode"/> wrote; false for anything else.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, ReplicaSettings settings, [NotNullWhen(true)] out ReplicatedState? state)
    {
        state = null;
        CanonicalReader reader = new(bytes);
        ReplicatedState read = new(settings);
        if (!reader.TryReadArray(2) || !reader.TryReadInt64(out long time)
            || !reader.TryReadArray(int.MaxValue, 4, out int clients)) return false;
        read.AgreedTimeMicros = time;
        int last = -1;
        for (int i = 0; i < clients; i++)
        {
            if (!reader.TryReadArray(3) || !reader.TryReadInt32(int.MaxValue, out int client) || client <= last
                || !TryReadClient(ref reader, out ClientSessions? sessions)) return false;
            read.Sessions.Restore(client, sessions);
            last = client;
        }
        if (!reader.AtEnd) return false;
        state = read;
        return true;
    }

    private static bool TryReadClient(ref CanonicalReader reader, [NotNullWhen(true)] out ClientSessions? client)
    {
        client = null;
        if (!reader.TryReadUInt64(out ulong floor) || !reader.TryReadArray(int.MaxValue, 4, out int count))
            return false;
        List<Session> sessions = new(count);
        HashSet<ulong> nonces = new(count);
        for (int i = 0; i < count; i++)
        {
            if (!TryReadSession(ref reader, out Session? session) || !nonces.Add(session.Nonce)) return false;
            sessions.Add(session);
        }
        client = ClientSessions.Restore(floor, sessions);
        return true;
    }

    private static bool TryReadSession(ref CanonicalReader reader, [NotNullWhen(true)] out Session? session)
    {
        session = null;
        if (!reader.TryReadArray(3)
            || !reader.TryReadUInt64(out ulong nonce) || !reader.TryReadUInt64(out ulong lastSequence)
            || !reader.TryReadArray(int.MaxValue, 4, out int count)) return false;
        CachedReply[] replies = new CachedReply[count];
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadArray(3) || !reader.TryReadUInt64(out ulong sequence)
                || !reader.TryReadInt32((int)ReplyStatus.ReplyTooLarge, out int status)
                || !reader.TryReadBinary(int.MaxValue, out ReadOnlyMemory<byte> result)) return false;
            replies[i] = new CachedReply(sequence, (ReplyStatus)status, result);
        }
        session = Session.Restore(nonce, lastSequence, replies);
        return true;
    }
}
