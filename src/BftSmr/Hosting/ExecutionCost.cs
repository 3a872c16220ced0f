using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Hosting;

/// <summary>
/// Charges the time of a batch to the clients of its requests. A service executes a batch as a whole, so each request
/// counts for a part by its bytes and those of its result.
/// </summary>
internal static class ExecutionCost
{
    /// <summary>What a request counts for beyond its bytes.</summary>
    private const long RequestBytes = 256;

    public static void Charge(ReplicaInbox inbox, ExecuteEffect effect, ExecutedInput executed, long ticks)
    {
        IReadOnlyList<Request> requests = effect.Commands;
        if (requests.Count == 0) return;
        double all = 0;
        for (int i = 0; i < requests.Count; i++) all += WeightOf(requests[i], executed.Outcomes[i]);
        ClientId client = requests[0].Session.Client;
        double weight = 0;
        for (int i = 0; i < requests.Count; i++)
        {
            if (requests[i].Session.Client != client)
            {
                inbox.Charge(client, (long)(ticks * (weight / all)));
                (client, weight) = (requests[i].Session.Client, 0);
            }
            weight += WeightOf(requests[i], executed.Outcomes[i]);
        }
        inbox.Charge(client, (long)(ticks * (weight / all)));
    }

    private static long WeightOf(Request request, in Outcome outcome) =>
        RequestBytes + request.Operation.Length + outcome.Result.Length;
}
