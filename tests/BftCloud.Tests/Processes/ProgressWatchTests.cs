using BftCloud.Monitoring;
using BftCloud.Processes;
using BftCloud.Tests.Dashboard;

namespace BftCloud.Tests.Processes;

public sealed class ProgressWatchTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly ProgressWatch _watch;

    public ProgressWatchTests() => _watch = new ProgressWatch(_time);

    [Fact]
    public void A_byte_more_is_progress_and_the_same_again_is_none()
    {
        AssertStalled(Starting(10));
        AssertProgress(Starting(11));
        AssertStalled(Starting(11));
        AssertStalled(Starting(5)); // started again: it has to get further than before
        AssertStalled(Starting(11));
        AssertProgress(Starting(12));
    }

    [Fact]
    public void Another_phase_is_no_progress_but_what_follows_in_it_is()
    {
        AssertStalled(Starting(10));
        AssertStalled(Running("fetching", bytes: 5));
        AssertProgress(Running("fetching", bytes: 6));
        AssertStalled(Running("loading", bytes: 1));
        AssertStalled(Running("fetching", bytes: 6));
        AssertProgress(Running("fetching", bytes: 7));
    }

    [Fact]
    public void Another_checkpoint_is_counted_from_its_own_first_byte()
    {
        AssertStalled(Running("fetching", bytes: 1000, checkpoint: 1));
        AssertStalled(Running("fetching", bytes: 10, checkpoint: 2));
        AssertProgress(Running("fetching", bytes: 11, checkpoint: 2));
    }

    [Fact]
    public void Fewer_instances_behind_than_ever_in_the_phase_are_progress()
    {
        AssertStalled(Running("replaying", behind: null));
        AssertStalled(Running("replaying", behind: 100));
        AssertProgress(Running("replaying", behind: 99));
        AssertStalled(Running("replaying", behind: 120));
        AssertStalled(Running("replaying", behind: 99));
        AssertProgress(Running("replaying", behind: 98));
    }

    [Fact]
    public void One_that_is_done_is_progress_once_and_one_that_does_not_answer_is_none()
    {
        _time.Advance(Second);
        _watch.NoteDone(1);
        Assert.Equal(TimeSpan.Zero, _watch.Stalled);
        _time.Advance(Second);
        _watch.NoteDone(1);
        AssertStalled(ReplicaLook.None);
        _watch.NoteDone(2);
        Assert.Equal(TimeSpan.Zero, _watch.Stalled);
    }

    private void AssertStalled(ReplicaLook look)
    {
        _time.Advance(Second);
        TimeSpan before = _watch.Stalled;
        _watch.Note(0, look);
        Assert.Equal(before, _watch.Stalled);
    }

    private void AssertProgress(ReplicaLook look)
    {
        _time.Advance(Second);
        _watch.Note(0, look);
        Assert.Equal(TimeSpan.Zero, _watch.Stalled);
    }

    private static ReplicaLook Starting(long bytes) => new(null, new StartReport
    {
        Id = 0, Pid = 1, ClusterId = "c", Service = "kv",
        Progress = new ProgressReport("starting", BytesHad: bytes, BytesNeeded: 100),
    });

    private static ReplicaLook Running(
        string phase, long? bytes = null, long? behind = 1000, long? checkpoint = null) => new(
        Reports.Of(0) with
        {
            Progress = new ProgressReport(phase, checkpoint, bytes), InstancesBehind = behind,
        }, null);
}
