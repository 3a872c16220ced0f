using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Names the units that are there: those with metadata in any of n-f clouds.</summary>
internal sealed class UnitSearch(ClientContext context)
{
    public async Task<IReadOnlyList<string>> RunAsync(string prefix, CancellationToken cancellationToken)
    {
        CloudExchange exchange = context.NewExchange();
        SortedSet<string> units = new(StringComparer.Ordinal);
        List<CloudProblem> problems = [];
        int answered = 0;
        ProtocolFailure? failure = null;
        ExchangeHost host = context.NewHost(exchange);
        await using (host.ConfigureAwait(false))
        {
            for (int cloud = 0; cloud < context.Quorums.Clouds; cloud++)
            {
                int asked = cloud;
                exchange.Call(new ListCall(asked, prefix), answer =>
                {
                    if (answer is Failed failed) problems.Add(new CloudProblem(asked, failed.Kind, failed.Reason));
                    else
                    {
                        answered++;
                        foreach (string name in ((Listed)answer).Names)
                        {
                            if (UnitLayout.TryReadUnit(name, out string? unit)) units.Add(unit);
                        }
                    }
                    if (problems.Count > context.Quorums.Clouds - context.Quorums.Available)
                        failure = new ProtocolFailure(FailureKind.NoQuorum, $"{problems.Count} of {context.Quorums.Clouds} clouds cannot say what they have", [.. problems]);
                });
            }
            await host.RunAsync(() => answered >= context.Quorums.Available || failure is not null, cancellationToken).ConfigureAwait(false);
        }
        return failure is null ? [.. units] : throw context.Error(failure);
    }
}
