using BftCloud.Links;

namespace BftCloud.Links.Tests.Sockets;

public sealed class ReactorTests
{
    [Fact]
    public async Task Quick_work_is_done_in_its_turn()
    {
        using Reactor reactor = new("test");
        Worker worker = new(reactor);
        int done = 0;
        for (int i = 0; i < 1000; i++) await worker.RunAsync(() => done++);
        Assert.Equal((1000, 0), (done, worker.Strays));
    }

    [Fact]
    public async Task Work_that_takes_long_leaves_the_turns_to_another_thread_again_and_again()
    {
        using Reactor reactor = new("test");
        Worker worker = new(reactor);
        for (int i = 0; i < 5; i++)
        {
            using ManualResetEventSlim released = new();
            int turns = worker.Turns;
            Task<bool> slow = worker.RunAsync(() => Assert.True(released.Wait(Patience.Time)));
            await Patience.UntilAsync(() => worker.Turns > turns + 1, "a turn was given meanwhile");
            Assert.False(slow.IsCompleted);
            released.Set();
            Assert.False(await slow);
            await worker.RunAsync(static () => { });
        }
        Assert.Equal(0, worker.Strays);
    }

    [Fact]
    public async Task A_reactor_that_is_disposed_of_waits_for_the_work()
    {
        Reactor reactor = new("test");
        Worker worker = new(reactor);
        using ManualResetEventSlim released = new();
        int turns = worker.Turns;
        Task<bool> slow = worker.RunAsync(() => Assert.True(released.Wait(Patience.Time)));
        await Patience.UntilAsync(() => worker.Turns > turns + 1, "a turn was given meanwhile");
        Task disposing = Task.Run(reactor.Dispose);
        Assert.False(disposing.IsCompleted);
        released.Set();
        await disposing.WaitAsync(Patience.Time);
        Assert.True(slow.IsCompleted);
    }

    /// <summary>Counts its turns, and does in one of them what it is asked to.</summary>
    private sealed class Worker(Reactor reactor) : IReactorTurn
    {
        private Action? _work;
        private TaskCompletionSource<bool> _done = new();

        public int Turns { get; private set; }

        /// <summary>Turns on a thread that was not the reactor's.</summary>
        public int Strays { get; private set; }

        public Task<bool> RunAsync(Action work)
        {
            _done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _work = work;
            reactor.Schedule(this);
            return _done.Task;
        }

        public void TakeTurn()
        {
            Turns++;
            if (!reactor.IsCurrent) Strays++;
            if (Interlocked.Exchange(ref _work, null) is not { } work) return;
            TaskCompletionSource<bool> done = _done;
            done.SetResult(reactor.TryRun(this, work));
        }
    }
}
