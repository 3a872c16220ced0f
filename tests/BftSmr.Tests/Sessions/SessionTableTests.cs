using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr.Tests.Sessions;

public sealed class SessionTableTests
{
    private static readonly ReplicaSettings s_settings =
        new() { Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1) };

    private readonly SessionId _id = new(new ClientId(0), 7);
    private SessionTable _table = new(s_settings);

    [Fact]
    public void A_reply_is_kept_until_its_client_says_that_it_has_it()
    {
        Execute(1, outstanding: 1, RequestKind.Open);
        Execute(2, outstanding: 1);
        Execute(3, outstanding: 2);
        Execute(4, outstanding: 3);
        Assert.Equal([false, true, true, true], Kept(4));

        Execute(5, outstanding: 2);
        Assert.Equal([false, false, false, true, true], Kept(5));
    }

    [Fact]
    public void The_reply_to_an_ordered_query_is_not_kept_and_those_before_it_stay()
    {
        Execute(1, outstanding: 1, RequestKind.Open);
        Execute(2, outstanding: 1);
        byte[] before = Encoded();
        Execute(3, outstanding: 2, RequestKind.OrderedQuery);
        Assert.Equal([false, true, false], Kept(3));
        Assert.Equal(before.Length, Encoded().Length);

        Execute(4, outstanding: 1);
        Assert.Equal([false, false, false, true], Kept(4));
    }

    [Fact]
    public void A_client_that_never_says_so_keeps_no_more_than_a_window()
    {
        Execute(1, outstanding: 1, RequestKind.Open);
        for (ulong sequence = 2; sequence <= 1000; sequence++) Execute(sequence, outstanding: sequence);
        Assert.Equal(256, _table.Find(_id)!.Replies.Count);
        Assert.True(Kept(1000)[^1]);
    }

    [Fact]
    public void A_client_with_large_replies_in_many_sessions_keeps_those_of_the_sessions_it_used_last()
    {
        const int mebibyte = 1 << 20;
        Open(client: 1, nonce: 1, replyBytes: mebibyte);
        for (ulong nonce = 1; nonce <= 40; nonce++) Open(client: 0, nonce, replyBytes: mebibyte);
        Assert.Equal([.. Enumerable.Range(26, 15).Select(n => (ulong)n)], WithReplies(client: 0));

        Execute(new SessionId(new ClientId(0), 3), 2, RequestKind.Command, replyBytes: mebibyte);
        Assert.Equal([.. Enumerable.Range(27, 14).Select(n => (ulong)n), 3], WithReplies(client: 0));
        Assert.Equal([1], WithReplies(client: 1));
        Assert.Equal(41, _table.Count);
        Assert.InRange(Encoded().Length, 0, 17 * mebibyte);
    }

    [Fact]
    public void One_reply_of_the_largest_size_is_always_kept()
    {
        ReplicaSettings settings = s_settings with { ReplyBytesMax = 32 << 20 };
        _table = new SessionTable(settings);
        Open(client: 0, nonce: 1, replyBytes: settings.ReplyBytesMax);
        Open(client: 0, nonce: 2, replyBytes: settings.ReplyBytesMax);
        Assert.Equal([2], WithReplies(client: 0));
    }

    [Fact]
    public void A_full_table_is_cut_where_most_is_held()
    {
        ReplicaSettings settings = s_settings with { SessionTableBytesMax = 1 << 20 };
        _table = new SessionTable(settings);
        Open(client: 0, nonce: 1, replyBytes: 10_000);
        for (ulong nonce = 1; nonce <= 200; nonce++)
        {
            for (int client = 1; client < 9; client++)
            {
                Open(client, nonce, replyBytes: 10_000);
                Assert.InRange(Encoded().Length, 0, settings.SessionTableBytesMax);
            }
        }
        Assert.Equal([1], WithReplies(client: 0));
        Assert.All(Enumerable.Range(1, 8), client => Assert.Equal(200ul, WithReplies(client)[^1]));
    }

    [Fact]
    public void Sessions_fill_the_table_even_if_they_have_no_large_replies()
    {
        _table = new SessionTable(s_settings with { SessionTableBytesMax = 1 << 20 });
        Open(client: 0, nonce: 1, replyBytes: 0);
        for (int client = 1; client <= 4; client++)
        {
            for (ulong nonce = 1; nonce <= 4096; nonce++) Open(client, nonce, replyBytes: 0);
        }
        Assert.InRange(_table.Count, 1, 2048);
        Assert.NotNull(_table.Find(new SessionId(new ClientId(0), 1)));
        Assert.True(_table.IsGone(new SessionId(new ClientId(1), 1)));
    }

    [Fact]
    public void A_table_from_a_snapshot_goes_on_like_the_one_that_was_saved()
    {
        ReplicaSettings settings = s_settings with
        {
            ReplyBytesMax = 300,
            SessionsPerClientMax = 8,
            ClientReplyBytesMax = 1000,
            SessionTableBytesMax = 20_000,
        };
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            SessionTable saved = new(settings), restored = new(settings);
            for (int i = 0; i < 300; i++)
            {
                List<Request> batch = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Next(saved, random))];
                byte[][] results = [.. batch.Select(_ => new byte[random.Next(settings.ReplyBytesMax)])];
                ExecuteAll(saved, batch, results);
                ExecuteAll(restored, batch, results);
                Assert.True(
                    Encoded(saved).AsSpan().SequenceEqual(Encoded(restored)),
                    $"seed {seed}, batch {i}: the tables differ");
                if (random.Next(4) > 0) continue;
                Assert.True(ReplicatedStateCodec.TryDecode(Encoded(restored), settings, out ReplicatedState? state));
                restored = state.Sessions;
            }
        }
    }

    [Theory]
    [InlineData(7, 2_000_000_000_000_000)] // behind the floor
    [InlineData(ulong.MaxValue, 2_000_000_000_000_000)] // far ahead
    [InlineData(ulong.MaxValue, 0)]
    [InlineData(ulong.MaxValue, long.MaxValue / 2)]
    public void A_client_that_is_refused_is_told_numbers_that_open_sessions(ulong refused, long agreedTimeMicros)
    {
        SessionId last = new(new ClientId(0), 4_000_000_000_000_000UL << 12);
        _table.Restore(0, ClientSessions.Restore(last.Nonce, []));
        SessionId id = new(new ClientId(0), refused);
        if (refused <= last.Nonce || agreedTimeMicros < long.MaxValue / 2)
            Assert.Equal(Admission.Expired, _table.Admit(Open(id), agreedTimeMicros));

        ulong free = _table.FirstFree(id, agreedTimeMicros);

        Assert.InRange(free, last.Nonce + 1, last.Nonce + (1UL << 32));
        foreach (ulong nonce in new[] { free, free + uint.MaxValue })
            Assert.Equal(Admission.Execute, _table.Admit(Open(new SessionId(id.Client, nonce)), agreedTimeMicros));
    }

    [Fact]
    public void A_number_far_ahead_of_agreed_time_opens_nothing_and_raises_no_floor()
    {
        const long agreed = 1_800_000_000_000_000, day = 86_400_000_000;
        SessionId ahead = new(new ClientId(0), ((ulong)(agreed + day) << 12) + 1);
        foreach (RequestKind kind in new[] { RequestKind.Open, RequestKind.Command })
        {
            Request request = RequestCodec.Create(ahead, 1, kind, ReplicaSet.AllOf(2), default, default, 1);
            Assert.Equal(Admission.Expired, _table.Admit(request, agreed));
        }
        Assert.False(_table.IsGone(ahead));
        Assert.Equal(Admission.Execute, _table.Admit(Open(ahead with { Nonce = ahead.Nonce - 1 }), agreed));
        Assert.Equal(Admission.Execute, _table.Admit(Open(ahead), agreed + 1));
    }

    [Fact]
    public void A_client_that_used_up_all_numbers_is_told_none()
    {
        _table.Restore(0, ClientSessions.Restore(ulong.MaxValue - 1, []));
        Assert.Equal(0UL, _table.FirstFree(new SessionId(new ClientId(0), 9), 1));
    }

    private static Request Open(SessionId id) =>
        RequestCodec.Create(id, 1, RequestKind.Open, ReplicaSet.AllOf(2), default, default, 1);

    /// <summary>An operation of a session that may be open, or of one that has just been.</summary>
    private static Request Next(SessionTable table, Random random)
    {
        SessionId id = new(new ClientId(random.Next(6)), (ulong)random.Next(1, 40));
        ulong sequence = (table.Find(id)?.LastSequence ?? 0) + 1;
        return RequestCodec.Create(
            id, sequence, sequence == 1 ? RequestKind.Open : RequestKind.Command, ReplicaSet.AllOf(2), default, default,
            outstanding: (ulong)random.Next(1, (int)sequence + 1));
    }

    private static void ExecuteAll(SessionTable table, List<Request> batch, byte[][] results)
    {
        bool[] isAdmitted = [.. batch.Select(r => table.Admit(r, 1) == Admission.Execute)];
        for (int i = 0; i < batch.Count; i++)
        {
            if (isAdmitted[i]) table.Keep(batch[i], new Outcome(ReplyStatus.Ok, results[i]));
        }
    }

    private void Open(int client, ulong nonce, int replyBytes) =>
        Execute(new SessionId(new ClientId(client), nonce), 1, RequestKind.Open, replyBytes);

    private void Execute(ulong sequence, ulong outstanding, RequestKind kind = RequestKind.Command) =>
        Execute(_id, sequence, kind, replyBytes: 1, outstanding);

    private void Execute(SessionId id, ulong sequence, RequestKind kind, int replyBytes, ulong outstanding = 1)
    {
        Request request = RequestCodec.Create(id, sequence, kind, ReplicaSet.AllOf(2), default, default, outstanding);
        Assert.Equal(Admission.Execute, _table.Admit(request, 1));
        _table.Keep(request, new Outcome(ReplyStatus.Ok, new byte[replyBytes]));
    }

    private bool[] Kept(int last) =>
        [.. Enumerable.Range(1, last).Select(i => _table.Find(_id)!.ReplyTo((ulong)i) is not null)];

    private ulong[] WithReplies(int client) =>
        [.. _table.Clients.Single(c => c.Key == client).Value.ByUse.Where(static s => s.Replies.Count > 0)
            .Select(static s => s.Nonce)];

    private byte[] Encoded() => Encoded(_table);

    private static byte[] Encoded(SessionTable table) =>
        ReplicatedStateCodec.Encode(new ReplicatedState(s_settings) { Sessions = table }).ToArray();
}
