using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds the highest version of a unit (DepSky, section 3.3: query n-f clouds for metadata).
/// <para>A cloud is <em>resolved</em> when its listing has come, and the highest metadata that it names has come and is genuine - or was already seen from another cloud, or the cloud has contradicted
/// itself, which only a faulty one does. When n-f clouds are resolved, the search is done: any n-f clouds that acknowledged an earlier version meet these in f+1, so a correct one of them has named
/// it. What names claim counts for nothing; only what is signed does.</para>
/// <para>For a writer, parts are searched as well: an attempt whose metadata was begun has its part at n-f clouds.</para>
/// </summary>
internal sealed class MetadataSearch
{
    /// <summary>How often a cloud may name what it does not have: it may have been collected between the listing and the read.</summary>
    private const int ListingsMax = 3;

    /// <summary>How many forged names of one cloud are looked at before it is taken at its word for nothing.</summary>
    private const int ForgeriesMax = 4;

    private readonly CloudExchange _exchange;
    private readonly UnitLayout _layout;
    private readonly CloudQuorums _quorums;
    private readonly PublicKey _writer;
    private readonly bool _withParts;
    private readonly Action<MetadataSearch> _then;
    private readonly CloudView[] _views;
    private readonly Dictionary<VersionId, ObjectMetadata> _genuine = [];
    private readonly HashSet<VersionId> _genuineParts = [];
    private readonly List<int> _resolved = [];
    private long _startedMs;
    private readonly List<CloudProblem> _problems = [];

    public MetadataSearch(CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer, bool withParts, Action<MetadataSearch> then)
    {
        _exchange = exchange;
        _layout = layout;
        _quorums = quorums;
        _writer = writer;
        _withParts = withParts;
        _then = then;
        _views = [.. Enumerable.Range(0, quorums.Clouds).Select(cloud => new CloudView(cloud))];
    }

    public bool IsDone { get; private set; }

    /// <summary>Set if more than f clouds failed.</summary>
    public ProtocolFailure? Failure { get; private set; }

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

    /// <summary>Every attempt that a cloud of the resolved named, with its metadata or without. Names only: nothing of it is verified.</summary>
    public IEnumerable<(int Cloud, VersionId Id, bool IsPart)> Named =>
        _resolved.SelectMany(cloud => _views[cloud].Metadata.Select(id => (cloud, id, false)).Concat(_views[cloud].Parts.Select(id => (cloud, id, true))));

    /// <summary>How long an answer took, about: a search takes two, one after the other.</summary>
    public long RoundTripMs { get; private set; }

    public void Start()
    {
        _startedMs = _exchange.NowMs;
        foreach (CloudView view in _views) List(view);
    }

    private void List(CloudView view)
    {
        view.Listings++;
        view.Call = _exchange.Call(new ListCall(view.Cloud, _layout.MetadataPrefix), answer =>
        {
            view.Call = null;
            switch (answer)
            {
                case Listed listed:
                    view.Read(listed.Names, _layout);
                    Advance(view);
                    break;
                case Failed failed:
                    Fail(view, new CloudProblem(view.Cloud, failed.Kind, failed.Reason));
                    break;
            }
        });
    }

    /// <summary>The next thing to look at in this cloud.</summary>
    private void Advance(CloudView view)
    {
        if (IsDone) return;
        if (view.Forgeries >= ForgeriesMax) Resolve(view);
        else if (view.NextMetadata is VersionId id && !_genuine.ContainsKey(id)) Get(view, id, isPart: false);
        else if (_withParts && view.NextPart is VersionId part && !(part <= view.NextMetadata) && !_genuineParts.Contains(part)) Get(view, part, isPart: true);
        else Resolve(view);
    }

    private void Get(CloudView view, VersionId id, bool isPart)
    {
        GetCall call = isPart
            ? new GetCall(view.Cloud, _layout.Part(id), SegmentShape.PartBytesMax)
            : new GetCall(view.Cloud, _layout.Metadata(id), SegmentShape.MetadataBytesMax);
        view.Call = _exchange.Call(call, answer =>
        {
            view.Call = null;
            switch (answer)
            {
                case Got got:
                    Check(view, id, isPart, got.Content);
                    break;
                case Failed { Kind: CloudFailure.NotFound } when view.Listings < ListingsMax:
                    List(view);
                    break;
                case Failed { Kind: CloudFailure.NotFound }:
                    _problems.Add(new CloudProblem(view.Cloud, CloudFailure.Broken, $"names {call.Name}, which it does not have"));
                    view.Forget(id, isPart);
                    Advance(view);
                    break;
                case Failed failed:
                    Fail(view, new CloudProblem(view.Cloud, failed.Kind, failed.Reason));
                    break;
            }
        });
    }

    private void Check(CloudView view, VersionId id, bool isPart, ReadOnlyMemory<byte> content)
    {
        MetadataRejection rejection;
        if (isPart)
        {
            if (PartRecord.TryDecode(content, _layout.Unit, id, _writer, out _, out _, out rejection)) _genuineParts.Add(id);
        }
        else if (MetadataCodec.TryDecode(content, _layout.Unit, id, _writer, _quorums, out ObjectMetadata? metadata, out rejection)) _genuine.TryAdd(id, metadata);
        if (rejection != MetadataRejection.None)
        {
            _problems.Add(CloudProblem.Rejected(view.Cloud, isPart ? _layout.Part(id) : _layout.Metadata(id), rejection));
            view.Forget(id, isPart);
        }
        Advance(view);
    }

    private void Resolve(CloudView view)
    {
        _resolved.Add(view.Cloud);
        if (_resolved.Count >= _quorums.Available) Finish(null);
    }

    private void Fail(CloudView view, CloudProblem problem)
    {
        _problems.Add(problem);
        view.HasFailed = true;
        int failed = _views.Count(v => v.HasFailed);
        if (!IsDone && failed > _quorums.Clouds - _quorums.Available)
        {
            Finish(new ProtocolFailure(FailureKind.NoQuorum,
                $"{failed} of {_quorums.Clouds} clouds cannot say what versions of '{_layout.Unit}' they have; {_quorums.Available} must", [.. _problems]));
        }
    }

    private void Finish(ProtocolFailure? failure)
    {
        IsDone = true;
        Failure = failure;
        RoundTripMs = (_exchange.NowMs - _startedMs) / 2;
        foreach (CloudView view in _views)
        {
            if (view.Call is CallId call) _exchange.Abandon(call);
        }
        if (_genuine.Count > 0) Highest = _genuine[_genuine.Keys.Max()];
        HighestAttempt = _genuine.Keys.Concat(_genuineParts).DefaultIfEmpty().Max();
        _then(this);
    }

    private sealed class CloudView(int cloud)
    {
        public int Cloud { get; } = cloud;

        public CallId? Call { get; set; }

        public int Listings { get; set; }

        public int Forgeries { get; private set; }

        public bool HasFailed { get; set; }

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
                if (layout.TryReadMetadataName(name, out VersionId id, out bool isPart)) (isPart ? Parts : Metadata).Add(id);
            }
        }

        public void Forget(VersionId id, bool isPart)
        {
            Forgeries++;
            (isPart ? Parts : Metadata).Remove(id);
        }
    }
}
