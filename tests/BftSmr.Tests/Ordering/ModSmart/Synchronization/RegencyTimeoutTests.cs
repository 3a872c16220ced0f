using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Ordering.ModSmart.Synchronization;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

public sealed class RegencyTimeoutTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly ReplicaContext _context;
    private readonly RegencyTimeout _timeout;

    public RegencyTimeoutTests()
    {
        ReplicaSettings settings = new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) };
        _context = new ReplicaContext(settings, _keys.Replica(0));
        _timeout = new RegencyTimeout(_context);
    }

    public void Dispose() => _keys.Dispose();

    private long Times => _timeout.Micros / _context.Settings.RequestTimeoutMicros;

    [Fact]
    public void Changes_in_vain_double_it_up_to_64_times_and_progress_ends_that()
    {
        int[] expected = [1, 2, 4, 8, 16, 32, 64, 64, 64];
        foreach (int times in expected)
        {
            Assert.Equal(times, Times);
            _timeout.NoteChange(wasLate: true);
        }
        _timeout.NoteProgress();
        Assert.Equal(1, Times);
    }

    [Fact]
    public void One_leader_that_was_late_does_not_raise_the_floor_nor_do_those_given_up_for_other_reasons()
    {
        for (int i = 0; i < 100; i++)
        {
            _timeout.NoteProgress();
            _timeout.NoteChange(wasLate: i % 2 == 0);
        }
        _timeout.NoteProgress();
        Assert.Equal(1, Times);
    }

    [Fact]
    public void Two_in_a_row_raise_it_and_calm_lowers_it_later_each_time()
    {
        long previous = 0;
        for (int round = 0; round < 4; round++)
        {
            GiveUpTwoLateLeaders();
            Assert.Equal(2, Times);
            long calm = CalmUntil(times: 1);
            Assert.True(calm >= 2 * previous, $"{calm} s of calm after {previous} s");
            previous = calm;
        }
    }

    private void GiveUpTwoLateLeaders()
    {
        for (int i = 0; i < 2; i++)
        {
            _timeout.NoteProgress();
            _timeout.NoteChange(wasLate: true);
        }
        _timeout.NoteProgress();
    }

    private long CalmUntil(long times)
    {
        for (int seconds = 0; ; seconds++)
        {
            if (Times == times) return seconds;
            _context.BeginStep(
                new ClockReading(_context.Now.MonotonicMicros + 1_000_000, 0), _context.Effects);
            _timeout.NoteProgress();
        }
    }
}
