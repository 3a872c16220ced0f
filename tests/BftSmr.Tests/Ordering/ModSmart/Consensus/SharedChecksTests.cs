using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Consensus;

public sealed class SharedChecksTests : IDisposable
{
    // In regency 0 of four replicas; 1 is this one.
    private static readonly Instance s_checkedBy2 = new(1);
    private static readonly Instance s_checkedBy3 = new(2);
    private static readonly Vote s_proposal = new(Regency.Zero, default);
    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    [InlineData(7, 2)]
    [InlineData(10, 3)]
    public void Of_each_proposal_f_replicas_that_do_not_lead_check_the_signatures_and_all_get_their_turns(int n, int f)
    {
        for (int regency = 0; regency < n; regency++)
        {
            int[] turns = new int[n];
            for (int instance = 1; instance <= 6 * (n - 1); instance++)
            {
                int[] checkers =
                    [.. Enumerable.Range(0, n).Where(i => i != regency % n
                        && Left(new SharedChecks(Context(i, n, f)), regency, new(instance)) is null)];
                Assert.Equal(f, checkers.Length);
                foreach (int checker in checkers) turns[checker]++;
            }
            Assert.Equal(0, turns[regency % n]);
            Assert.All(turns.Where((_, i) => i != regency % n), t => Assert.Equal(6 * f, t));
        }
    }

    [Fact]
    public void Macs_and_single_signatures_are_checked_by_all()
    {
        for (int instance = 1; instance <= 6; instance++)
        {
            Assert.Null(Left(new SharedChecks(Context(1, 4, 1, RequestAuthentication.Mac)), 0, new(instance)));
            Assert.Null(Left(new SharedChecks(Context(1, 4, 1)), 0, new(instance), requests: 7));
        }
    }

    [Fact]
    public void Beyond_what_is_borne_a_checker_is_not_relied_on_for_twice_as_long_each_time()
    {
        ReplicaContext context = Context(1, 4, 1);
        SharedChecks checks = new(context);
        long patience = context.Settings.RequestTimeoutMicros / 16;
        long now = 0;
        WaitInVain(checks, 4);
        Assert.NotNull(Left(checks, 0, s_checkedBy2));
        foreach (int alert in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 128])
        {
            At(context, now += patience);
            WaitInVain(checks, 2); // The second was under way meanwhile.
            Assert.NotNull(Left(checks, 0, s_checkedBy3)); // Only its own turns suffer.
            At(context, now += alert * patience - 1);
            Assert.Null(Left(checks, 0, s_checkedBy2));
            At(context, now += 1);
            Assert.NotNull(Left(checks, 0, s_checkedBy2));
        }

        WaitInTime(checks, 7 * 64, patience / 4);
        WaitInVain(checks, 5);
        Assert.Null(Left(checks, 0, s_checkedBy2));
        At(context, now += patience);
        Assert.NotNull(Left(checks, 0, s_checkedBy2));
    }

    [Fact]
    public void One_vain_wait_in_32_is_borne_and_no_more()
    {
        SharedChecks checks = new(Context(1, 4, 1));
        WaitInVain(checks, 4);
        WaitInTime(checks, 32, 1);
        WaitInVain(checks, 1);
        WaitInTime(checks, 31, 1);
        Assert.NotNull(Left(checks, 0, s_checkedBy2));
        WaitInVain(checks, 1);
        Assert.Null(Left(checks, 0, s_checkedBy2));
    }

    [Fact]
    public void A_leader_that_withholds_its_WRITEs_is_not_relied_on()
    {
        SharedChecks checks = new(Context(1, 4, 1));
        WaitInVain(checks, 5, writer: 2);
        Assert.Null(Left(checks, 0, s_checkedBy3));
        Assert.NotNull(Left(checks, 2, new Instance(3))); // Another leader.
    }

    [Fact]
    public void Others_are_waited_for_a_few_times_as_long_as_is_usual_within_bounds()
    {
        ReplicaContext context = Context(1, 4, 1);
        SharedChecks checks = new(context);

        WaitInTime(checks, 100, 3_000);
        Assert.InRange(Left(checks, 0, s_checkedBy2)!.Value, 11_000, 13_000);
        WaitInTime(checks, 100, 1);
        Assert.Equal(2_000, Left(checks, 0, s_checkedBy2));
        WaitInTime(checks, 100, long.MaxValue);
        Assert.Equal(context.Settings.RequestTimeoutMicros / 16, Left(checks, 0, s_checkedBy2));
    }

    private static void WaitInVain(SharedChecks checks, int times, int writer = 0)
    {
        for (int i = 0; i < times; i++)
            checks.NoteVain(s_proposal, s_checkedBy2, ReplicaSet.Of(new ReplicaId(writer)));
    }

    private static void WaitInTime(SharedChecks checks, int times, long micros)
    {
        for (int i = 0; i < times; i++) checks.NoteVouched(s_proposal, s_checkedBy2, micros);
    }

    private static long? Left(SharedChecks checks, int regency, Instance instance, int requests = 8)
    {
        Request request = RequestCodec.Create(
            new SessionId(default, 5), 1, RequestKind.Command, ReplicaSet.AllOf(2), default, new byte[] { 1 });
        Batch batch = BatchCodec.Create(1, 2, [.. Enumerable.Repeat(request, requests)]);
        return checks.LeftToOthersUntil(new Vote(new Regency(regency), batch.Digest), instance, batch);
    }

    private ReplicaContext Context(int self, int n, int f, RequestAuthentication mode = RequestAuthentication.Signed) =>
        new(
            new ReplicaSettings
            {
                Self = new ReplicaId(self),
                Quorums = Quorums.Byzantine(n, f),
                Authentication = mode,
            },
            _keys.Replica(0));

    private static void At(ReplicaContext context, long micros) =>
        context.BeginStep(new ClockReading(micros, 0), context.Effects);
}
