using BftCloud.Bench;
using BftSmr;

namespace BftCloud.Features.Echo;

/// <summary>Operations that do nothing, on the service <c>echo</c>.</summary>
internal sealed class EchoBenchLoad(BenchPlan plan) : IBenchLoad
{
    private readonly byte[] _operation = EchoStateMachine.Operation(plan.RequestBytes, plan.ReplyBytes);

    public Task PrepareAsync(BftClient client, CancellationToken cancellationToken) => Task.CompletedTask;

    public Func<Task> Operation(BftClient client, int index) =>
        plan.Reads ? () => client.QueryAsync(_operation) : () => client.InvokeAsync(_operation);
}
