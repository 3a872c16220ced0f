using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds what of a unit can be deleted: attempts below a version that was complete for longer than the retention, and
/// whose blocks no version uses.
/// <para><b>Listing</b>: what every cloud has; n-f must answer, the others may. A version whose metadata n-f clouds
/// name is complete: any n-f that a reader asks meet them in a correct cloud. Its creation time is signed.</para>
/// <para><b>Fetching</b> the metadata of all of them: whose blocks each names, and since when.</para>
/// <para><b>Looking for leases</b>, after that: a reader that began before the retention has placed a lease at n-f
/// clouds, ended, or will find out. What a lease that has not run out names is kept.</para>
/// Deleting itself is the host's: cloud by cloud, blocks first, metadata last, in any order and at any later time.
/// </summary>
internal sealed class CollectCore(
    UnitLayout layout, CloudQuorums quorums, PublicKey writer, long retentionMicros, long callTimeoutMicros)
    : ProtocolCore(callTimeoutMicros)
{
    /// <summary>
    /// Leases hold a version up for no more than so many retentions. Any reader, and any cloud, can make one.
    /// </summary>
    public const int HeldUpMax = 144;

    /// <summary>Far more than are ever kept: names that a faulty cloud makes up end here.</summary>
    private const int VersionsMax = 10_000;

    private readonly long _retentionMs = retentionMicros / 1000;

    /// <summary>How many clouds name the metadata of each version.</summary>
    private readonly SortedDictionary<VersionId, int> _named = [];
    private readonly SortedSet<VersionId> _attempts = [];
    private readonly SortedDictionary<VersionId, ObjectMetadata> _genuine = [];
    private readonly HashSet<VersionId> _leased = [];
    private readonly List<string> _expired = [];
    private Listing? _versions;
    private int _fetches;

    /// <summary>The attempts that can go, in order.</summary>
    public IReadOnlyList<VersionId> Garbage { get; private set; } = [];

    /// <summary>Leases that have run out.</summary>
    public IReadOnlyCollection<string> ExpiredLeases => _expired;

    protected override void OnStart()
    {
        _versions = new Listing(Exchange, quorums, layout.MetadataPrefix, isForAll: true);
        Begin(_versions);
    }

    protected override void OnDone(SubMachine machine)
    {
        switch (machine)
        {
            case Listing listing when listing.Answered < quorums.Available:
                int silent = quorums.Clouds - listing.Answered;
                string what = $"{silent} of {quorums.Clouds} clouds cannot list their objects of '{layout.Unit}'";
                Finish(new ProtocolFailure(FailureKind.NoQuorum, what, listing.Problems));
                break;
            case Listing listing when listing == _versions:
                ReadNames(listing);
                FetchMetadata();
                break;
            case Listing leases:
                foreach (string name in leases.Names.Keys) ReadLeaseName(name);
                Choose();
                break;
            case MetadataFetch fetch:
                if (fetch.Found is not null) _genuine.Add(fetch.Id, fetch.Found);
                if (--_fetches == 0) Begin(new Listing(Exchange, quorums, layout.ReadPrefix, isForAll: true));
                break;
        }
    }

    private void ReadNames(Listing listing)
    {
        foreach ((string name, int clouds) in listing.Names)
        {
            if (!layout.TryReadMetadataName(name, out VersionId id, out bool isPart)) continue;
            _attempts.Add(id);
            if (!isPart) _named.Add(id, clouds);
        }
    }

    private void FetchMetadata()
    {
        if (_named.Count > VersionsMax)
        {
            string what =
                $"clouds name {_named.Count} versions of '{layout.Unit}', more than the {VersionsMax} that can be";
            Finish(new ProtocolFailure(FailureKind.TooLarge, what, _versions!.Problems));
            return;
        }
        _fetches = _named.Count;
        if (_fetches == 0) Finish(null);
        foreach (VersionId id in _named.Keys) Begin(new MetadataFetch(Exchange, layout, quorums, writer, id));
    }

    private void ReadLeaseName(string name)
    {
        if (!ReadLease.TryReadName(layout, name, out ReadLease lease)) return;
        if (lease.ExpiresAtMs <= Exchange.NowMs) _expired.Add(name);
        else if (lease.ExpiresAtMs <= Exchange.NowMs + 2 * _retentionMs) _leased.Add(lease.Id);
    }

    /// <summary>
    /// The oldest that must stay is the last that has been complete for long enough. All from there on stays, with the
    /// blocks that it speaks of.
    /// </summary>
    private void Choose()
    {
        ObjectMetadata? settled = _genuine.Values.LastOrDefault(
            g => _named[g.Id] >= quorums.Available && g.CreatedAtMs + _retentionMs < Exchange.NowMs);
        if (settled is not null)
        {
            HashSet<VersionId> used = [.. _genuine.Values.Where(g => g.Id >= settled.Id).Select(g => g.Data)];
            bool holdsUp = settled.CreatedAtMs + HeldUpMax * _retentionMs > Exchange.NowMs;
            Garbage =
                [.. _attempts.Where(id => id < settled.Id && !used.Contains(id) && !(holdsUp && _leased.Contains(id)))];
            Invariant.Holds(!Garbage.Contains(settled.Data), "the blocks of a version that stays are no garbage");
        }
        Finish(null);
    }
}
