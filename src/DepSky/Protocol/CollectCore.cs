using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds what of a unit can be deleted: attempts below a version that was complete for longer than the retention, and whose blocks nobody uses.
/// <para><b>Listing</b>: what every cloud has; n-f must answer, the others may. A version whose metadata n-f clouds name is complete: any n-f that a reader asks meet them in a correct cloud. Its creation time is
/// signed.</para>
/// <para><b>Looking for leases</b>, after that: a reader that began before the retention has placed a lease at n-f clouds, ended, or will find out. What a lease that has not run out names is kept.</para>
/// Deleting itself is the host's: cloud by cloud, blocks first, metadata last, in any order and at any later time.
/// </summary>
internal sealed class CollectCore(CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer, long retentionMs, Action<CollectCore> then)
{
    /// <summary>Leases, which anybody can make, hold a version up for no more than so many retentions.</summary>
    public const int HeldUpMax = 144;

    /// <summary>Far more than are ever kept: names that a faulty cloud makes up end here.</summary>
    private const int VersionsMax = 10_000;

    private readonly Dictionary<VersionId, int> _named = [];
    private readonly SortedSet<VersionId> _attempts = [];
    private readonly HashSet<VersionId> _leased = [];
    private readonly HashSet<string> _expired = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly Dictionary<VersionId, ObjectMetadata> _genuine = [];
    private int _answers;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The attempts that can go, in order.</summary>
    public IReadOnlyList<VersionId> Garbage { get; private set; } = [];

    /// <summary>Leases that have run out.</summary>
    public IReadOnlyCollection<string> ExpiredLeases => _expired;

    public void Start() => ListAll(layout.MetadataPrefix, name =>
    {
        if (!layout.TryReadMetadataName(name, out VersionId id, out bool isPart)) return;
        _attempts.Add(id);
        if (!isPart) _named[id] = _named.GetValueOrDefault(id) + 1;
    }, FetchMetadata);

    /// <summary>Asks all clouds; goes on when all have answered, or failed.</summary>
    private void ListAll(string prefix, Action<string> read, Action next)
    {
        int pending = quorums.Clouds;
        _answers = 0;
        for (int cloud = 0; cloud < quorums.Clouds; cloud++)
        {
            int asked = cloud;
            exchange.Call(new ListCall(asked, prefix), answer =>
            {
                if (answer is Failed failed) _problems.Add(new CloudProblem(asked, failed.Kind, failed.Reason));
                else
                {
                    _answers++;
                    foreach (string name in ((Listed)answer).Names.Distinct()) read(name);
                }
                if (--pending > 0) return;
                if (_answers >= quorums.Available) next();
                else Finish(new ProtocolFailure(FailureKind.NoQuorum, $"{quorums.Clouds - _answers} of {quorums.Clouds} clouds cannot say what they have of '{layout.Unit}'", [.. _problems]));
            });
        }
    }

    /// <summary>Whose blocks each of them speaks of, and since when.</summary>
    private void FetchMetadata()
    {
        VersionId[] named = [.. _named.Keys.Order()];
        if (named.Length > VersionsMax)
        {
            Finish(new ProtocolFailure(FailureKind.TooLarge, $"clouds name {named.Length} versions of '{layout.Unit}', more than the {VersionsMax} that can be", [.. _problems]));
            return;
        }
        int pending = named.Length;
        if (pending == 0) Finish(null);
        foreach (VersionId id in named) Fetch(id, 0, () =>
        {
            if (--pending == 0) ListAll(layout.ReadPrefix, ReadLeaseName, Choose);
        });
    }

    private void Fetch(VersionId id, int cloud, Action next)
    {
        if (cloud == quorums.Clouds)
        {
            next();
            return;
        }
        exchange.Call(new GetCall(cloud, layout.Metadata(id), SegmentShape.MetadataBytesMax), answer =>
        {
            if (answer is Got got && MetadataCodec.TryDecode(got.Content, layout.Unit, id, writer, quorums, out ObjectMetadata? metadata, out _))
            {
                _genuine.Add(id, metadata);
                next();
            }
            else Fetch(id, cloud + 1, next);
        });
    }

    private void ReadLeaseName(string name)
    {
        if (!ReadLease.TryReadName(layout, name, out ReadLease lease)) return;
        if (lease.ExpiresAtMs <= exchange.NowMs) _expired.Add(name);
        else if (lease.ExpiresAtMs <= exchange.NowMs + 2 * retentionMs) _leased.Add(lease.Id);
    }

    private void Choose()
    {
        // The oldest that must stay: the last that has been complete for long enough. Everything from there on stays, with the blocks that it speaks of.
        ObjectMetadata? settled = _genuine.Where(g => _named[g.Key] >= quorums.Available && g.Value.CreatedAtMs + retentionMs < exchange.NowMs).OrderBy(g => g.Key).Select(g => g.Value).LastOrDefault();
        if (settled is not null)
        {
            HashSet<VersionId> used = [.. _genuine.Where(g => g.Key >= settled.Id).Select(g => g.Value.Data)];
            bool holdsUp = settled.CreatedAtMs + HeldUpMax * retentionMs > exchange.NowMs;
            Garbage = [.. _attempts.Where(id => id < settled.Id && !used.Contains(id) && !(holdsUp && _leased.Contains(id)))];
        }
        Finish(null);
    }

    private void Finish(ProtocolFailure? failure)
    {
        if (IsDone) return;
        IsDone = true;
        Failure = failure;
        then(this);
    }
}
