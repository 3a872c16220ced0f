using System.Numerics;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>What all operations of a client work with.</summary>
internal sealed class ClientContext
{
    public ClientContext(DepSkyOptions options)
    {
        Options = options;
        Quorums = new CloudQuorums(options.Clouds.Count, options.Faulty);
        Log = new CloudLog(options.Clouds);
        Caller = new CloudCaller(options.Clouds, Log);
        Services = new ClientServices(
            options.TimeProvider, new CloudStatistics(options.Clouds.Count), new Stragglers(options.TimeProvider));
        Pool = new SegmentPool(
            SegmentCipher.BufferBytes(options.Protection, Quorums, options.SegmentBytes), options.SegmentsAhead + 1);
    }

    private ClientContext(ClientContext other, IReadOnlyList<ICloud> clouds)
    {
        Options = other.Options with { Clouds = clouds };
        Quorums = other.Quorums;
        Log = new CloudLog(clouds);
        Caller = new CloudCaller(clouds, Log);
        Services = other.Services with { Statistics = new CloudStatistics(clouds.Count) };
        Pool = other.Pool;
    }

    public DepSkyOptions Options { get; }

    public CloudQuorums Quorums { get; }

    public CloudCaller Caller { get; }

    public CloudLog Log { get; }

    public ClientServices Services { get; }

    public SegmentPool Pool { get; }

    /// <summary>The same, with the clouds in another order.</summary>
    /// <param name="clouds">Which of the clouds stands in each place.</param>
    public ClientContext InOrder(IReadOnlyList<int> clouds) =>
        new(this, [.. clouds.Select(cloud => Options.Clouds[cloud])]);

    public long CallTimeoutMicros => (long)Options.CallTimeout.TotalMicroseconds;

    /// <summary>Where a unit lies: under its name as it is spelt, or, from before, under the name itself.</summary>
    /// <exception cref="ArgumentException">It is no unit's name.</exception>
    public async Task<UnitLayout> LayoutOfAsync(string unit, CancellationToken cancellationToken)
    {
        UnitLayout layout = new(unit);
        if (!UnitName.MayBeOld(unit)) return layout;
        UnitLayout old = UnitLayout.InOldPlace(unit);
        (ObjectMetadata? metadata, _) =
            await new ReadOperation(this, old).StatAsync(cancellationToken).ConfigureAwait(false);
        return metadata is null ? layout : old;
    }

    /// <summary>Hosts a core that touches no blocks, until it is done.</summary>
    /// <param name="core">The core.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="known">What clouds have said already; null for nothing.</param>
    /// <exception cref="DepSkyException">It has failed.</exception>
    public async Task RunAsync(
        ProtocolCore core, CancellationToken cancellationToken, KnownListings? known = null)
    {
        CoreHost host = new(core, Caller, static cloud => cloud, Services) { Known = known };
        await using (host.ConfigureAwait(false))
            await host.RunAsync(static _ => { }, cancellationToken).ConfigureAwait(false);
        if (core.Failure is not null) throw Error(core.Failure);
    }

    /// <summary>The problems, by cloud; they are told with all that clouds did wrong, too.</summary>
    public IReadOnlyList<CloudFault> Faults(IEnumerable<CloudProblem> problems)
    {
        CloudProblem[] found = [.. problems.Distinct()];
        foreach (CloudProblem problem in found) Log.NoteProblem(problem.Cloud, problem.Kind, problem.What);
        return
        [
            .. found.Select(p => new CloudFault(Caller.NameOf(p.Cloud), p.Kind, p.What))
                .Distinct().OrderBy(static fault => fault.Cloud, StringComparer.Ordinal),
        ];
    }

    /// <summary>The failure as an exception.</summary>
    public DepSkyException Error(ProtocolFailure failure)
    {
        string what = failure.What;
        return failure.Kind switch
        {
            FailureKind.NoQuorum => new QuorumUnavailableException(
                $"{Capital(what)}. At most {Quorums.Faulty} of {Quorums.Clouds} clouds may fail",
                Faults(failure.Problems)),
            FailureKind.DataUnavailable => new DataUnavailableException(
                $"{Capital(what)}. More than {Quorums.Faulty} of {Quorums.Clouds} clouds lost or damaged theirs",
                Faults(failure.Problems)),
            FailureKind.LeaseLost => new LeaseLostException($"{Capital(what)}. Take the lock again, and write again"),
            FailureKind.Locked => new UnitLockedException($"{Capital(what)}"),
            _ => new DepSkyException($"{Capital(what)}", Faults(failure.Problems)),
        };
    }

    public ObjectDescription Describe(ObjectMetadata metadata, IEnumerable<CloudProblem> problems) => new()
    {
        Unit = metadata.Unit,
        Version = metadata.Id.Version,
        SizeBytes = metadata.SizeBytes,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(metadata.CreatedAtMs),
        Protection = metadata.Protection,
        Segments = metadata.Segments.Count,
        StoredBytes = metadata.Segments.Select(
            (segment, i) => (long)BitOperations.PopCount(segment.Holders) * metadata.BlockBytes(i)).Sum(),
        Faults = Faults(problems),
    };

    /// <summary>A single call outside of a protocol, no longer than calls may take.</summary>
    public Task<CloudAnswer> CallAsync(CloudCall call, CancellationToken cancellationToken) =>
        TimedAsync(token => Caller.RunAsync(call, null, 0, token), cancellationToken);

    /// <summary>Reads a block of a version; it is intact, or the answer is a failure.</summary>
    public Task<CloudAnswer> GetBlockAsync(
        int cloud, UnitLayout layout, ObjectMetadata metadata, int segment, Memory<byte> place,
        CancellationToken cancellationToken)
    {
        string name = layout.Block(metadata.Data, segment);
        GetBlockCall call = new(cloud, name, segment, place.Length, metadata.Segments[segment].Block(cloud));
        return TimedAsync(token => Caller.GetBlockAsync(call, place, token), cancellationToken);
    }

    private async Task<CloudAnswer> TimedAsync(
        Func<CancellationToken, Task<CloudAnswer>> run, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(Options.CallTimeout, Options.TimeProvider);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        CloudAnswer answer = await run(both.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return answer is Failed && timeout.IsCancellationRequested
            ? new Failed(CloudFailure.Unavailable, $"no answer within {Options.CallTimeout.TotalSeconds} s")
            : answer;
    }

    /// <summary>Deletes an object at all clouds, in the background.</summary>
    public void DeleteLater(string name)
    {
        for (int cloud = 0; cloud < Quorums.Clouds; cloud++)
        {
            CancellationTokenSource cancellation = new();
            Services.Stragglers.Add(
                Caller.RunAsync(new DeleteCall(cloud, name), null, 0, cancellation.Token), cancellation);
        }
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
