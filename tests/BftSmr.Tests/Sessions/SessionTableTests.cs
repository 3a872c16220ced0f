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
    private readonly SavedRecords _saved = new();
    private ReplicatedState _state;
    private SessionTable _table;

    public SessionTableTests() => _table = (_state = new ReplicatedState(s_settings)).Sessions;

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
        int before = SavedBytes();
        Execute(3, outstanding: 2, RequestKind.OrderedQuery);
        Assert.Equal([false, true, false], Kept(3));
        Assert.Equal(before, SavedBytes());

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
        Assert.InRange(SavedBytes(), 0, 17 * mebibyte);
    }

    [Fact]
    public void One_reply_of_the_largest_size_is_always_kept()
    {
        ReplicaSettings settings = s_settings with { ReplyBytesMax = 32 << 20 };
        _table = TableOf(settings);
        Open(client: 0, nonce: 1, replyBytes: settings.ReplyBytesMax);
        Open(client: 0, nonce: 2, replyBytes: settings.ReplyBytesMax);
        Assert.Equal([2], WithReplies(client: 0));
    }

    [Fact]
    public void A_full_table_is_cut_where_most_is_held()
    {
        ReplicaSettings settings = s_settings with { SessionTableBytesMax = 1 << 20 };
        _table = TableOf(settings);
        Open(client: 0, nonce: 1, replyBytes: 10_000);
        for (ulong nonce = 1; nonce <= 200; nonce++)
        {
            for (int client = 1; client < 9; client++)
            {
                Open(client, nonce, replyBytes: 10_000);
                Assert.InRange(SavedBytes(), 0, settings.SessionTableBytesMax);
            }
        }
        Assert.Equal([1], WithReplies(client: 0));
        Assert.All(Enumerable.Range(1, 8), client => Assert.Equal(200ul, WithReplies(client)[^1]));
    }

    [Fact]
    public void Sessions_fill_the_table_even_if_they_have_no_large_replies()
    {
        _table = TableOf(s_settings with { SessionTableBytesMax = 1 << 20 });
        Open(client: 0, nonce: 1, replyBytes: 0);
        for (int client = 1; client <= 4; client++)
        {
            for (ulong nonce = 1; nonce <= 4096; nonce++) Open(client, nonce, replyBytes: 0);
        }
        Assert.InRange(_table.Count, 1, 2048);
        Assert.NotNull(_table.Find(new SessionId(new ClientId(0), 1)));
        Assert.True(_table.IsGone(new SessionId(new ClientId(1), 1)));
    }

    [Theory]
    [InlineData(7, 2_000_000_000_000_000)] // behind the floor
    [InlineData(ulong.MaxValue, 2_000_000_000_000_000)] // far ahead
    [InlineData(ulong.MaxValue, 0)]
    [InlineData(ulong.MaxValue, long.MaxValue / 2)]
    public void A_client_that_is_refused_is_told_numbers_that_open_sessions(ulong refused, long agreedTimeMicros)
    {
        SessionId last = new(new ClientId(0), 4_000_000_000_000_000UL << 12);
        _table.Restore(0, [(new ClientId(0), last.Nonce, [])]);
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
        _table.Restore(0, [(new ClientId(0), ulong.MaxValue - 1, [])]);
        Assert.Equal(0UL, _table.FirstFree(new SessionId(new ClientId(0), 9), 1));
    }

    private static Request Open(SessionId id) =>
        RequestCodec.Create(id, 1, RequestKind.Open, ReplicaSet.AllOf(2), default, default, 1);

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
        [.. Enumerable.Range(1, 200).Select(nonce => _table.Find(new SessionId(new ClientId(client), (ulong)nonce)))
            .OfType<Session>().Where(static s => s.Replies.Count > 0).OrderBy(static s => s.Use)
            .Select(static s => s.Nonce)];

    private SessionTable TableOf(ReplicaSettings settings)
    {
        _state = new ReplicatedState(settings);
        _saved.Clear();
        return _state.Sessions;
    }

    /// <summary>Bytes of all records of the state, as far as checkpoints have them.</summary>
    private int SavedBytes()
    {
        _saved.Take(_state);
        return _saved.Bytes;
    }
}
