using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Names the units that are there.</summary>
internal sealed class UnitSearch(ClientContext context)
{
    public async Task<IReadOnlyCollection<string>> RunAsync(string prefix, CancellationToken cancellationToken)
    {
        UnitListCore core = new(context.Quorums, prefix, context.CallTimeoutMicros);
        await context.RunAsync(core, cancellationToken).ConfigureAwait(false);
        return core.Units;
    }
}
