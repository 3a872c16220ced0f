using BftCloud.Simulation;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Workload;
using Event = BftCloud.Simulation.HistoryEvent<(BftSmr.Simulation.Workload.RegisterOperation Operation, long? Answer)>;

namespace BftSmr.Simulation.Tests.Checking;

public class LinearizabilityCheckerTests
{
    [Fact]
    public void A_read_concurrent_with_a_write_may_show_the_old_value_or_the_new_one()
    {
        Assert.Equal(Linearizability.Yes, Check(Put(5, 0, 10), Get(0, 2, 3), Get(5, 4, 5)));
        Assert.Equal(Linearizability.Yes, Check(Put(5, 0, 10), Get(5, 2, 3), Get(5, 4, 5)));
    }

    [Fact]
    public void A_read_that_shows_the_old_value_after_another_showed_the_new_one_is_found() =>
        Assert.Equal(Linearizability.No, Check(Put(5, 0, 10), Get(5, 2, 3), Get(0, 4, 5)));

    [Fact]
    public void A_stale_read_is_found() => Assert.Equal(Linearizability.No, Check(Put(5, 0, 1), Get(0, 2, 3)));

    [Fact]
    public void A_lost_update_is_found() =>
        Assert.Equal(Linearizability.No, Check(Put(5, 0, 1), Put(6, 2, 3, before: 0)));

    [Fact]
    public void An_operation_whose_outcome_nobody_learned_may_have_happened_or_not()
    {
        Event unknown = new((new RegisterOperation(RegisterKind.Put, 0, 5, 0, 0), null), 0, long.MaxValue);
        Assert.Equal(Linearizability.Yes, Check(unknown, Get(0, 2, 3), Get(0, 4, 5)));
        Assert.Equal(Linearizability.Yes, Check(unknown, Get(0, 2, 3), Get(5, 4, 5)));
        Assert.Equal(Linearizability.No, Check(unknown, Get(5, 2, 3), Get(0, 4, 5)));
    }

    [Fact]
    public void A_history_made_by_one_copy_is_linearizable_and_with_one_answer_changed_it_is_not()
    {
        int found = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            SimulationRandom random = new(seed);
            List<Event> history = [];
            long value = 0;
            for (int i = 0; i < 40; i++)
            {
                RegisterOperation operation = new(
                    (RegisterKind)random.Next(4), 0, 100 + i, random.Chance(0.5) ? value : 7, 0);
                (value, long answer) = operation.ApplyTo(value);
                history.Add(new((operation, answer), 10 * i - random.Between(0, 25), 10 * i + random.Between(0, 25)));
            }
            Assert.Equal(Linearizability.Yes, LinearizabilityChecker.Check(new RegisterModel(), history));
            int victim = random.Next(history.Count);
            history[victim] = history[victim] with { Operation = (history[victim].Operation.Operation, -1) };
            Assert.Equal(Linearizability.No, LinearizabilityChecker.Check(new RegisterModel(), history));
            found++;
        }
        Assert.Equal(200, found);
    }

    [Fact]
    public void A_search_beyond_its_bound_is_given_up()
    {
        List<Event> history = [.. Enumerable.Range(0, 30).Select(static i => Put(i, 0, 1000, before: -1))];
        Assert.Equal(
            Linearizability.Unknown,
            LinearizabilityChecker.Check(
                new RegisterModel(), [.. Enumerable.Range(1, 30).Select(Concurrent), Get(-5, 2000, 2001)], 500));
        Assert.Equal(Linearizability.No, LinearizabilityChecker.Check(new RegisterModel(), history, 500));
    }

    private static Event Concurrent(int i) =>
        new((new RegisterOperation(RegisterKind.Add, 0, i, 0, 0), null), 0, long.MaxValue);

    private static Linearizability Check(params Event[] history) =>
        LinearizabilityChecker.Check(new RegisterModel(), history);

    private static Event Put(long value, long from, long to, long before = 0) =>
        new((new RegisterOperation(RegisterKind.Put, 0, value, 0, 0), before), from, to);

    private static Event Get(long value, long from, long to) =>
        new((new RegisterOperation(RegisterKind.Get, 0, 0, 0, 0), value), from, to);
}
