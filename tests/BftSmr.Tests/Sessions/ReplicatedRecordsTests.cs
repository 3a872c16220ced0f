using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr.Tests.Sessions;

public sealed class ReplicatedRecordsTests
{
    private static readonly ReplicaSettings s_settings = new()
    {
        Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1), ReplyBytesMax = 300, SessionsPerClientMax = 8,
        ClientReplyBytesMax = 1000, SessionTableBytesMax = 20_000,
    };

    /// <summary>Three replicas: one goes on, one is loaded after some checkpoints, one after each.</summary>
    [Fact]
    public void A_state_that_was_loaded_goes_on_like_the_one_that_was_saved_and_touches_the_same_records()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            ReplicatedState[] states = [.. Enumerable.Range(0, 3).Select(_ => new ReplicatedState(s_settings))];
            SavedRecords[] saved = [.. states.Select(static _ => new SavedRecords())];
            for (int checkpoint = 0; checkpoint < 80; checkpoint++)
            {
                for (int batch = random.Next(6); batch > 0; batch--) ExecuteAtAll(states, random);
                byte[][] touched = [.. states.Select((state, i) => saved[i].Take(state))];
                for (int i = 1; i < states.Length; i++)
                {
                    Assert.True(
                        touched[0].AsSpan().SequenceEqual(touched[i]),
                        $"seed {seed}, checkpoint {checkpoint}: replica {i} touched other records");
                    AssertEqual(saved[0].All, saved[i].All, $"seed {seed}, checkpoint {checkpoint}, replica {i}");
                }
                if (random.Next(3) == 0) states[1] = saved[1].Load(s_settings);
                states[2] = saved[2].Load(s_settings);
            }
        }
    }

    [Fact]
    public void A_load_leaves_nothing_touched_but_the_header()
    {
        Random random = new(1);
        ReplicatedState[] states = [new(s_settings)];
        for (int i = 0; i < 30; i++) ExecuteAtAll(states, random);
        SavedRecords saved = new();
        saved.Take(states[0]);
        ChangedRecords touched = ReplicatedRecords.TakeTouched(saved.Load(s_settings));
        Assert.True(touched.MoveNext());
        Assert.Equal([0], touched.Key.ToArray());
        Assert.False(touched.MoveNext());
    }

    [Fact]
    public void What_was_touched_ascends_and_is_touched_once()
    {
        Random random = new(2);
        ReplicatedState[] states = [new(s_settings)];
        for (int i = 0; i < 200; i++)
        {
            ExecuteAtAll(states, random);
            ChangedRecords touched = ReplicatedRecords.TakeTouched(states[0]);
            byte[] last = [];
            while (touched.MoveNext())
            {
                Assert.True(last.AsSpan().SequenceCompareTo(touched.Key) < 0, $"record {i} is out of order");
                last = touched.Key.ToArray();
            }
            touched = ReplicatedRecords.TakeTouched(states[0]);
            Assert.True(touched.MoveNext() && !touched.MoveNext());
        }
    }

    public static TheoryData<byte[], byte[]> Malformed => new()
    {
        { [], [0] }, // no key
        { [3], [0] }, // of no kind
        { [1, 0, 0, 0], [0] }, // a client cut off
        { [1, 0, 0, 0, 1], [] }, // no floor
        { [1, 0, 0, 0, 1], [0, 0] }, // more than a floor
        { [1, 255, 0, 0, 1], [0] }, // a negative client
        { [1, 0, 0, 0, 7], [0] }, // the client again
        { [2, 0, 0, 0, 1, 0, 0, 0], [0x93, 0, 0, 0x90] }, // a session cut off
        { [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9], [0x93, 0, 0] }, // no replies
        { [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9], [0x93, 8, 0, 0x90] }, // used after the last use
        { [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9], [0x93, 0, 0, 0xdd, 0x7f, 0xff, 0xff, 0xff] }, // too many replies
        { [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9], [0x93, 0, 0, 0x91, 0x93, 1, 99, 0xc4, 0] }, // no status
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Records_that_no_replica_writes_are_refused(byte[] key, byte[] value)
    {
        StateRecord[] right = [new(new byte[] { 0 }, new byte[] { 0x92, 5, 7 }), new(KeyOfSeven(), new byte[] { 4 })];
        Assert.True(ReplicatedRecords.TryLoad(right, s_settings, out ReplicatedState? state));
        Assert.Equal((5L, 7L), (state.AgreedTimeMicros, state.Sessions.Uses));
        Assert.False(ReplicatedRecords.TryLoad([.. right, new StateRecord(key, value)], s_settings, out _));
    }

    [Fact]
    public void A_state_without_its_header_is_refused()
    {
        Assert.False(ReplicatedRecords.TryLoad([], s_settings, out _));
        Assert.False(
            ReplicatedRecords.TryLoad([new StateRecord(KeyOfSeven(), new byte[] { 4 })], s_settings, out _));
    }

    private static byte[] KeyOfSeven() => [1, 0, 0, 0, 7];

    private static void AssertEqual(
        IReadOnlyList<StateRecord> expected, IReadOnlyList<StateRecord> actual, string where)
    {
        Assert.True(expected.Count == actual.Count, $"{where}: {expected.Count} and {actual.Count} records");
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(
                expected[i].Key.Span.SequenceEqual(actual[i].Key.Span)
                    && expected[i].Value.Span.SequenceEqual(actual[i].Value.Span),
                $"{where}: record {Convert.ToHexStringLower(expected[i].Key.Span)} differs");
        }
    }

    private static void ExecuteAtAll(ReplicatedState[] states, Random random)
    {
        List<Request> batch = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Next(states[0].Sessions, random))];
        byte[][] results = [.. batch.Select(_ => new byte[random.Next(s_settings.ReplyBytesMax)])];
        long time = states[0].AgreedTimeMicros + random.Next(10);
        foreach (ReplicatedState state in states)
        {
            state.AgreedTimeMicros = time;
            bool[] isAdmitted = [.. batch.Select(r => state.Sessions.Admit(r, 1) == Admission.Execute)];
            for (int i = 0; i < batch.Count; i++)
            {
                if (isAdmitted[i]) state.Sessions.Keep(batch[i], new Outcome(ReplyStatus.Ok, results[i]));
            }
        }
    }

    /// <summary>An operation of a session that may be open, or of one that has just been.</summary>
    private static Request Next(SessionTable table, Random random)
    {
        SessionId id = new(new ClientId(random.Next(6)), (ulong)random.Next(1, 40));
        ulong sequence = (table.Find(id)?.LastSequence ?? 0) + 1;
        RequestKind kind = sequence == 1 ? RequestKind.Open
            : random.Next(4) == 0 ? RequestKind.OrderedQuery : RequestKind.Command;
        return RequestCodec.Create(
            id, sequence, kind, ReplicaSet.AllOf(2), default, default,
            outstanding: (ulong)random.Next(1, (int)sequence + 1));
    }
}
