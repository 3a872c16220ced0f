using BftCloud.Bench;
using BftSmr;

namespace BftCloud.Features.Counter;

/// <summary>Additions of one, or gets, on the service <c>counter</c>.</summary>
internal sealed class CounterBenchLoad(BenchPlan plan) : IBenchLoad
{
    public Task PrepareAsync(BftClient client, CancellationToken cancellationToken) => Task.CompletedTask;

    public Func<Task> Operation(BftClient client, int index)
    {
        CounterClient counter = new(client);
        return plan.Reads ? () => counter.GetAsync() : () => counter.AddAsync(1);
    }
}
