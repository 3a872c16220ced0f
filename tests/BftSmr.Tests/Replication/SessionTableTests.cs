using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Replication;
using BftSmr.Replication.Sessions;

namespace BftSmr.Tests.Replication;

public sealed class SessionTableTests
{
    private readonly SessionId _id = new(new ClientId(0), 7);
    private readonly SessionTable _table = new(new ReplicaSettings { Self = new ReplicaId(1), Quorums = new Quorums(4, 1) });

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
    public void A_client_that_never_says_so_keeps_no_more_than_a_window()
    {
        Execute(1, outstanding: 1, RequestKind.Open);
        for (ulong sequence = 2; sequence <= 1000; sequence++) Execute(sequence, outstanding: sequence);
        Assert.Equal(256, _table.Find(_id)!.Replies.Count);
        Assert.True(Kept(1000)[^1]);
    }

    private void Execute(ulong sequence, ulong outstanding, RequestKind kind = RequestKind.Command)
    {
        Request request = RequestCodec.Create(_id, sequence, kind, 0b11, default, default, outstanding);
        Assert.Equal(Admission.Execute, _table.Admit(request));
        _table.Keep(request, new Outcome(ReplyStatus.Ok, new byte[] { (byte)sequence }));
    }

    private bool[] Kept(int last) => [.. Enumerable.Range(1, last).Select(i => _table.Find(_id)!.ReplyTo((ulong)i) is not null)];
}
