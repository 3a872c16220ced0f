using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Fetches intact shares of a version's key, until there are f+1. All clouds are asked: shares are small. They were
/// acknowledged by n-f before there was metadata.
/// </summary>
internal sealed class ShareSearch(
    CloudExchange exchange, UnitLayout layout, ObjectMetadata metadata, PublicKey writer) : SubMachine(exchange)
{
    private readonly List<CloudProblem> _problems = [];
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _shares = [];

    /// <summary>The shares that have come intact, by cloud.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Shares => _shares;

    public IReadOnlyList<CloudProblem> Problems => _problems;

    private int Running => metadata.Clouds - _shares.Count - _problems.Count;

    public override void Start()
    {
        for (int cloud = 0; cloud < metadata.Clouds; cloud++)
            Call(new GetCall(cloud, layout.Part(metadata.Data), SegmentShape.PartBytesMax));
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        if (Check(cloud, answer, out ReadOnlyMemory<byte> share) is CloudProblem problem) _problems.Add(problem);
        else _shares.Add(cloud, share);
        if (_shares.Count >= metadata.BlocksNeeded) FinishAndAbandon(null);
        else if (_shares.Count + Running < metadata.BlocksNeeded)
        {
            FinishAndAbandon(new ProtocolFailure(FailureKind.DataUnavailable,
                $"{_shares.Count} intact share(s) of the key of version {metadata.Id.Version} of '{layout.Unit}'; "
                + $"{metadata.BlocksNeeded} are needed",
                [.. _problems]));
        }
    }

    /// <summary>What is wrong with a cloud's answer; null if it is the share that the writer gave it.</summary>
    private CloudProblem? Check(int cloud, CloudAnswer answer, out ReadOnlyMemory<byte> share)
    {
        share = default;
        string name = layout.Part(metadata.Data);
        if (answer is Failed failed) return new CloudProblem(cloud, failed.Kind, failed.Reason);
        ReadOnlyMemory<byte> content = ((Got)answer).Content;
        if (!PartRecord.TryDecode(
            content, layout.Unit, metadata.Data, writer, out _, out share, out MetadataRejection rejection))
            return CloudProblem.Rejected(cloud, name, rejection);
        if (PartRecord.IsShare(share, metadata.ShareDigests[cloud])) return null;
        string what = metadata.OwnerOfShare(share) is int owner
            ? $"the share of cloud number {owner + 1}: the clouds stand in another order than when it was written"
            : "not the share that the writer gave it";
        return new CloudProblem(cloud, CloudFailure.Broken, $"{name}: {what}");
    }
}
