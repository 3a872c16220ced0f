using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>Fetches intact shares of a version's key, until there are f+1. All clouds are asked: shares are small. They were acknowledged by n-f before there was metadata.</summary>
internal sealed class ShareSearch(CloudExchange exchange, UnitLayout layout, ObjectMetadata metadata, PublicKey writer, Action<ShareSearch> then)
{
    private readonly Dictionary<int, CallId> _running = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _shares = [];

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The shares that have come intact, by cloud.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Shares => _shares;

    public void Start()
    {
        for (int cloud = 0; cloud < metadata.Clouds; cloud++)
        {
            int source = cloud;
            _running.Add(source, exchange.Call(new GetCall(source, layout.Part(metadata.Data), SegmentShape.PartBytesMax), answer => Receive(source, answer)));
        }
    }

    private void Receive(int cloud, CloudAnswer answer)
    {
        _running.Remove(cloud);
        if (answer is Failed failed) _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
        else if (!PartRecord.TryDecode(((Got)answer).Content, layout.Unit, metadata.Data, writer, out _, out ReadOnlyMemory<byte> share, out MetadataRejection rejection))
            _problems.Add(CloudProblem.Rejected(cloud, layout.Part(metadata.Data), rejection));
        else if (!PartRecord.IsShare(share, metadata.ShareDigests[cloud]))
            _problems.Add(new CloudProblem(cloud, CloudFailure.Broken, $"{layout.Part(metadata.Data)}: not the share that the writer gave it"));
        else _shares.Add(cloud, share);
        if (_shares.Count >= metadata.BlocksNeeded) Finish(null);
        else if (_shares.Count + _running.Count < metadata.BlocksNeeded)
        {
            Finish(new ProtocolFailure(FailureKind.DataUnavailable,
                $"{_shares.Count} intact share(s) of the key of version {metadata.Id.Version} of '{layout.Unit}'; {metadata.BlocksNeeded} are needed", [.. _problems]));
        }
    }

    private void Finish(ProtocolFailure? failure)
    {
        Failure = failure;
        foreach (CallId call in _running.Values) exchange.Abandon(call);
        then(this);
    }
}
