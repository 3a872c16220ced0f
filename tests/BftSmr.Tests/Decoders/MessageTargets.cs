using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Sessions;
using BftSmr.Settings;
using BftSmr.Tests.Codec;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Decoders;

/// <summary>What comes in frames and lies in log records and manifests; and runs.</summary>
internal static class MessageTargets
{
    private static readonly ReplicaSettings Settings =
        new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(RandomMessages.Replicas, 1) };

    private const int ChunkBytes = 512;

    public static IEnumerable<FuzzTarget> All =>
    [
        Of("peer message", "peer"),
        Of("client message", "client"),
        Of("log record", "log"),
        Of("batch", "batch"),
        new(
            "manifest",
            static random => new RandomMessages(random.Next(), random.Next(1, 20)).Manifest().Encoded.ToArray(),
            static bytes => ManifestCodec.TryDecode(bytes, out _))
        {
            Again = static bytes =>
                ManifestCodec.TryDecode(bytes, out Manifest? manifest)
                    ? ManifestCodec.Encode(
                        manifest.Number, manifest.Instance, manifest.Runs, manifest.Merges).ToArray()
                    : null,
        },
        new("run", static random => Run(random), static bytes => Read(bytes).Count > 0)
        {
            Refusals = [typeof(RunDamagedException)],
            AllocatedBytes = 16 << 10,
            AllocatedBytesPerByte = 200,
        },
        new("replicated records", static random => Records(random), static bytes => Load(bytes))
        {
            Refusals = [typeof(RunDamagedException)],
            AllocatedBytes = 16 << 10,
            AllocatedBytesPerByte = 400,
        },
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

    private static byte[] Run(Random random)
    {
        List<Change> changes = [Change.Put("", "first"), .. RandomRuns.Next(random, random.Next(30), "x")];
        return MemoryRun.Of(new ListedChanges(changes), ChunkBytes)!.Bytes;
    }

    /// <summary>Bytes as a run: the checksums are right, whatever the bytes are.</summary>
    private static List<StateRecord> Read(byte[] bytes)
    {
        if (bytes.Length == 0) return [];
        using RunReader reader = new(new MemoryRun(bytes, ChunkBytes));
        List<StateRecord> records = [];
        while (reader.MoveNext()) records.Add(new StateRecord(reader.Key.ToArray(), reader.Value.ToArray()));
        return records;
    }

    /// <summary>A replica's own records, as a run has them.</summary>
    private static byte[] Records(Random random)
    {
        ReplicatedState state = new(Settings) { AgreedTimeMicros = random.NextInt64() >> random.Next(63) };
        for (int i = random.Next(20); i > 0; i--)
        {
            SessionId id = new(new ClientId(random.Next(5)), (ulong)random.Next(1, 8));
            ulong sequence = (state.Sessions.Find(id)?.LastSequence ?? 0) + 1;
            Request request = RequestCodec.Create(
                id, sequence, sequence == 1 ? RequestKind.Open : RequestKind.Command, ReplicaSet.AllOf(2), default,
                default);
            if (state.Sessions.Admit(request, 1) != Admission.Execute) continue;
            byte[] result = new byte[random.Next(40)];
            random.NextBytes(result);
            state.Sessions.Keep(request, new Outcome((ReplyStatus)random.Next(5), result));
        }
        return MemoryRun.Of(ReplicatedRecords.TakeTouched(state), ChunkBytes)!.Bytes;
    }

    private static bool Load(byte[] bytes)
    {
        if (!ReplicatedRecords.TryLoad(Read(bytes), Settings, out ReplicatedState? state)) return false;
        ReplicatedRecords.TakeTouched(state);
        return true;
    }
}
