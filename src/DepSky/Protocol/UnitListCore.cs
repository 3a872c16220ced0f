namespace DepSky.Protocol;

/// <summary>
/// Names the units that are there: those with metadata in any of n-f clouds. Names only: nothing of it is verified.
/// </summary>
internal sealed class UnitListCore(CloudQuorums quorums, string prefix, long callTimeoutMicros)
    : ProtocolCore(callTimeoutMicros)
{
    private readonly SortedSet<string> _units = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Units => _units;

    protected override void OnStart() => Begin(new Listing(Exchange, quorums, prefix, isForAll: false));

    protected override void OnDone(SubMachine machine)
    {
        Listing listing = (Listing)machine;
        foreach (string name in listing.Names.Keys)
        {
            if (UnitLayout.TryReadUnit(name, out string? unit)) _units.Add(unit);
        }
        bool isEnough = listing.Answered >= quorums.Available;
        string what = $"{listing.Problems.Count} of {quorums.Clouds} clouds cannot say what they have";
        Finish(isEnough ? null : new ProtocolFailure(FailureKind.NoQuorum, what, listing.Problems));
    }
}
