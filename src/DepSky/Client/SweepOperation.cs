using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Has every cloud delete what writers that died left aside in it.</summary>
internal sealed class SweepOperation(ClientContext context)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IEnumerable<int> clouds = Enumerable.Range(0, context.Quorums.Clouds);
        int[] swept = await Task.WhenAll(
            clouds.Select(cloud => SweepAsync(cloud, cancellationToken))).ConfigureAwait(false);
        return swept.Sum();
    }

    private async Task<int> SweepAsync(int cloud, CancellationToken cancellationToken)
    {
        // No put takes longer than a call, whichever client makes it with these settings.
        TimeSpan age = context.Options.Retention + 2 * context.Options.CallTimeout;
        try
        {
            return await context.Options.Clouds[cloud].SweepAsync(age, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            Failed failed = CloudCaller.ToAnswer(e);
            context.Log.NoteRequest(cloud, failed.Kind, failed.Reason);
            return 0;
        }
    }
}
