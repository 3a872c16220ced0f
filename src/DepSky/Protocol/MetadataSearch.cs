using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds the highest version of a unit (DepSky, section 3.3: query n-f clouds for metadata).
/// <para>A cloud is <em>resolved</em> when it has given its listing and the highest metadata that the listing names.
/// Metadata that another cloud gave already counts, too. A cloud that contradicts itself is faulty, and resolved as
/// well. When n-f clouds are resolved, the search is done: any n-f clouds that acknowledged an earlier version meet
/// these in f+1, so a correct one of them has named it. A claim in a name counts for nothing: only signed content
/// does.</para>
/// <para>For a writer, parts are searched as well: an attempt whose metadata was begun has its part at n-f
/// clouds.</para>
/// </summary>
internal sealed class MetadataSearch(
    CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer, bool withParts)
    : SubMachine(exchange)
{
    /// <summary>
    /// How often a cloud may name what it does not have: it may have been collected between the listing and the read.
    /// </summary>
    private const int ListingsMax = 3;

    /// <summary>How many forged names of one cloud are looked at before it is taken at its word for nothing.</summary>
    private const int ForgeriesMax = 4;

    private readonly CloudView[] _views =
        [.. Enumerable.Range(0, quorums.Clouds).Select(cloud => new CloudView(cloud))];
    private readonly Dictionary<VersionId, ObjectMetadata> _genuine = [];
    private readonly HashSet<VersionId> _genuineParts = [];
    private readonly List<int> _resolved = [];
    private readonly List<CloudProblem> _problems = [];
    private long _startedMicros;

    /// <summary>The highest genuine metadata, if there is any.</summary>
    public ObjectMetadata? Highest { get; private set; }

    /// <summary>The highest attempt that any genuine record speaks of, complete or not.</summary>
    public VersionId HighestAttempt { get; private set; }

    /// <summary>Its version.</summary>
    public ObjectVersion HighestVersion => HighestAttempt.Version;

    /// <summary>The clouds that were resolved, the quickest first.</summary>
    public IReadOnlyList<int> Resolved => _resolved;

    /// <summary>What clouds did wrong.</summary>
    public IReadOnlyList<CloudProblem> Problems => _problems;

    /// <summary>Whether a resolved cloud named any attempt. Names only: nothing of it is verified.</summary>
    public bool HasNamedAny => _resolved.Any(cloud => _views[cloud].Metadata.Count + _views[cloud].Parts.Count > 0);

    /// <summary>How long an answer took, about: a search takes two, one after the other.</summary>
    public long RoundTripMicros { get; private set; }

    public override void Start()
    {
        _startedMicros = Exchange.NowMicros;
        foreach (CloudView view in _views) List(view);
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        CloudView view = _views[cloud];
        Invariant.Holds(!view.IsSettled, "a cloud that is resolved or has failed is not asked");
        switch (answer)
        {
            case Listed listed:
                view.Read(listed.Names, layout);
                Advance(view);
                break;
            case Got got:
                Check(view, view.Fetching, got.Content);
                break;
            case Failed { Kind: CloudFailure.NotFound } when view.Fetching is not null && view.Listings < ListingsMax:
                List(view);
                break;
            case Failed { Kind: CloudFailure.NotFound } when view.Fetching is { } missing:
                string name = NameOf(missing.Id, missing.IsPart);
                _problems.Add(new CloudProblem(cloud, CloudFailure.Broken, $"names {name}, which it does not have"));
                view.Forget(missing.Id, missing.IsPart);
                Advance(view);
                break;
            case Failed failed:
                Fail(view, new CloudProblem(cloud, failed.Kind, failed.Reason));
                break;
        }
    }

    private void List(CloudView view)
    {
        view.Listings++;
        view.Fetching = null;
        Call(new ListCall(view.Cloud, layout.MetadataPrefix));
    }

    /// <summary>The next thing to look at in this cloud.</summary>
    private void Advance(CloudView view)
    {
        if (view.Forgeries >= ForgeriesMax) Resolve(view);
        else if (view.NextMetadata is VersionId id && !_genuine.ContainsKey(id)) Get(view, id, isPart: false);
        else if (withParts && view.NextPart is VersionId part
            && !(part <= view.NextMetadata) && !_genuineParts.Contains(part))
        {
            Get(view, part, isPart: true);
        }
        else Resolve(view);
    }

    private void Get(CloudView view, VersionId id, bool isPart)
    {
        view.Fetching = (id, isPart);
        Call(new GetCall(
            view.Cloud, NameOf(id, isPart), isPart ? SegmentShape.PartBytesMax : SegmentShape.MetadataBytesMax));
    }

    private void Check(CloudView view, (VersionId Id, bool IsPart)? fetched, ReadOnlyMemory<byte> content)
    {
        Invariant.Holds(fetched is not null, "content comes of a fetch");
        (VersionId id, bool isPart) = fetched.Value;
        MetadataRejection rejection;
        if (isPart)
        {
            if (PartRecord.TryDecode(content, layout.Unit, id, writer, out _, out _, out rejection))
                _genuineParts.Add(id);
        }
        else if (MetadataCodec.TryDecode(
            content, layout.Unit, id, writer, quorums, out ObjectMetadata? metadata, out rejection))
            _genuine.TryAdd(id, metadata);
        if (rejection != MetadataRejection.None)
        {
            _problems.Add(CloudProblem.Rejected(view.Cloud, NameOf(id, isPart), rejection));
            view.Forget(id, isPart);
        }
        Advance(view);
    }

    private string NameOf(VersionId id, bool isPart) => isPart ? layout.Part(id) : layout.Metadata(id);

    private void Resolve(CloudView view)
    {
        view.IsSettled = true;
        _resolved.Add(view.Cloud);
        if (_resolved.Count >= quorums.Available) Conclude(null);
    }

    private void Fail(CloudView view, CloudProblem problem)
    {
        _problems.Add(problem);
        view.IsSettled = view.HasFailed = true;
        int failed = _views.Count(v => v.HasFailed);
        if (failed <= quorums.Clouds - quorums.Available) return;
        Conclude(new ProtocolFailure(FailureKind.NoQuorum,
            $"{failed} of {quorums.Clouds} clouds cannot say what versions of '{layout.Unit}' they have; "
            + $"{quorums.Available} must",
            [.. _problems]));
    }

    private void Conclude(ProtocolFailure? failure)
    {
        RoundTripMicros = (Exchange.NowMicros - _startedMicros) / 2;
        if (_genuine.Count > 0) Highest = _genuine[_genuine.Keys.Max()];
        HighestAttempt = _genuine.Keys.Concat(_genuineParts).DefaultIfEmpty().Max();
        Invariant.Holds(
            Highest is null || Highest.Id <= HighestAttempt, "no metadata is of a higher attempt than the highest");
        FinishAndAbandon(failure);
    }

    private sealed class CloudView(int cloud)
    {
        public int Cloud { get; } = cloud;

        /// <summary>What it is asked for; null while it is asked for a listing.</summary>
        public (VersionId Id, bool IsPart)? Fetching { get; set; }

        public int Listings { get; set; }

        public int Forgeries { get; private set; }

        public bool HasFailed { get; set; }

        /// <summary>It is resolved, or has failed.</summary>
        public bool IsSettled { get; set; }

        public SortedSet<VersionId> Metadata { get; } = [];

        public SortedSet<VersionId> Parts { get; } = [];

        public VersionId? NextMetadata => Metadata.Count > 0 ? Metadata.Max : null;

        public VersionId? NextPart => Parts.Count > 0 ? Parts.Max : null;

        public void Read(IReadOnlyList<string> names, UnitLayout layout)
        {
            Metadata.Clear();
            Parts.Clear();
            foreach (string name in names)
            {
                if (layout.TryReadMetadataName(name, out VersionId id, out bool isPart))
                    (isPart ? Parts : Metadata).Add(id);
            }
        }

        public void Forget(VersionId id, bool isPart)
        {
            Forgeries++;
            (isPart ? Parts : Metadata).Remove(id);
        }
    }
}
