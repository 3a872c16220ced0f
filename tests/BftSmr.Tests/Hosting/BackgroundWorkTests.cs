using BftSmr.Hosting;

namespace BftSmr.Tests.Hosting;

public sealed class BackgroundWorkTests
{
    [Fact]
    public async Task Pieces_run_one_at_a_time_in_order_and_after_those_of_another_queue_when_asked()
    {
        List<int> order = [];
        using BackgroundWork first = new(static work => work()), second = new(static work => work());
        using ManualResetEventSlim begin = new();
        first.Add(() => begin.Wait(Patience.Time));
        for (int i = 0; i < 100; i++)
        {
            int number = i;
            first.Add(() => order.Add(number));
        }
        second.AddAfter(first, () => order.Add(100));
        second.Add(() => order.Add(101));
        first.AddAfter(second, () => order.Add(102));
        begin.Set();
        await Task.WhenAll(first.Done, second.Done).WaitAsync(Patience.Time);
        Assert.Equal(Enumerable.Range(0, 103), order);
    }

    [Fact]
    public async Task Adding_waits_while_too_many_wait()
    {
        const int WaitingMax = 4;
        int added = 0, done = 0, waitingMost = 0;
        using BackgroundWork work = new(static piece => piece(), WaitingMax);
        using ManualResetEventSlim begin = new();
        Task adding = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                work.Add(() =>
                {
                    begin.Wait(Patience.Time);
                    waitingMost = Math.Max(waitingMost, Volatile.Read(ref added) - done);
                    done++;
                });
                Volatile.Write(ref added, i + 1);
                if (i == WaitingMax - 1) begin.Set();
            }
        });
        await adding.WaitAsync(Patience.Time);
        await work.Done.WaitAsync(Patience.Time);
        Assert.Equal(100, done);
        Assert.InRange(waitingMost, 1, WaitingMax);
    }

    [Fact]
    public async Task What_was_done_makes_room_although_it_failed()
    {
        int failures = 0;
        using BackgroundWork work = new(piece =>
        {
            try
            {
                piece();
            }
            catch (IOException)
            {
                failures++;
            }
        }, waitingMax: 1);
        for (int i = 0; i < 10; i++) work.Add(static () => throw new IOException("the disk is full"));
        await work.Done.WaitAsync(Patience.Time);
        Assert.Equal(10, failures);
    }
}
