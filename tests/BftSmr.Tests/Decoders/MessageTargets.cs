using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Sessions;
using BftSmr.Settings;
using BftSmr.Tests.Codec;

namespace BftSmr.Tests.Decoders;

/// <summary>What comes in frames and lies in log records and snapshots: canonical MessagePack.</summary>
internal static class MessageTargets
{
    private static readonly ReplicaSettings Settings =
        new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(RandomMessages.Replicas, 1) };

    public static IEnumerable<FuzzTarget> All =>
    [
        Of("peer message", "peer"),
        Of("client message", "client"),
        Of("log record", "log"),
        Of("batch", "batch"),
        new(
            "replicated state", static random => ReplicatedStateCodec.Encode(State(random)).ToArray(),
            static bytes => ReplicatedStateCodec.TryDecode(bytes, Settings, out _))
        {
            Again = static bytes =>
                ReplicatedStateCodec.TryDecode(bytes, Settings, out ReplicatedState? state)
                    ? ReplicatedStateCodec.Encode(state).ToArray()
                    : null,
        },
        new("installed snapshot", static random => Installed(random), static bytes => Install(bytes)),
    ];

    private static FuzzTarget Of(string name, string decoder)
    {
        (
            Wire.Acceptor accepts, Wire.Decoder twice,
            Func<RandomMessages, IEnumerable<byte[]>> valid) = Wire.Decoders[decoder];
        return new FuzzTarget(
            name, random => Any(valid(new RandomMessages(random.Next(), random.Next(1, 12))), random),
            bytes => accepts(bytes))
        {
            Again = bytes => twice(bytes),
            AllocatedBytes = 2048,
            Rounds = 200,
        };
    }

    private static byte[] Any(IEnumerable<byte[]> messages, Random random)
    {
        List<byte[]> all = [.. messages];
        return all[random.Next(all.Count)];
    }

    private static ReplicatedState State(Random random)
    {
        ReplicatedState state = new(Settings) { AgreedTimeMicros = random.NextInt64() >> random.Next(63) };
        IEnumerable<int> clients =
            Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(1 << random.Next(1, 31)));
        foreach (int client in clients.Distinct().Order())
        {
            Session[] sessions = [.. Enumerable.Range(0, random.Next(4)).Select(i => Session.Restore(
                (ulong)(i + random.NextInt64(1000) * 8), (ulong)random.NextInt64(),
                [.. Enumerable.Range(0, random.Next(3)).Select(_ => Reply(random))]))];
            state.Sessions.Restore(
                client, ClientSessions.Restore((ulong)random.NextInt64(), sessions.DistinctBy(static s => s.Nonce)));
        }
        return state;
    }

    private static CachedReply Reply(Random random)
    {
        byte[] result = new byte[random.Next(40)];
        random.NextBytes(result);
        return new CachedReply((ulong)random.NextInt64(), (ReplyStatus)random.Next(5), result);
    }

    /// <summary>
    /// The header with the length of the replica's own section, that section, and what the service wrote.
    /// </summary>
    private static byte[] Installed(Random random)
    {
        byte[] sessions = ReplicatedStateCodec.Encode(State(random)).ToArray();
        byte[] header = new byte[FrozenSnapshot.HeaderBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header, sessions.Length);
        return [.. header, .. sessions, 1, 2, 3];
    }

    private static bool Install(byte[] bytes)
    {
        using SnapshotInstallation installation = new(new Swallowed());
        for (int at = 0; at < bytes.Length; at += 7)
            installation.Write(bytes.AsSpan(at, Math.Min(7, bytes.Length - at)));
        return installation.TryCommit(out ReadOnlyMemory<byte> sessions)
            && ReplicatedStateCodec.TryDecode(sessions, Settings, out _);
    }

    private sealed class Swallowed : ISnapshotWriter
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public void Commit()
        {
        }

        public void Dispose()
        {
        }
    }
}
