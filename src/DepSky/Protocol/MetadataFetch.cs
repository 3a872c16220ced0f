using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Fetches the metadata of one attempt from one cloud after the other, until it is genuine or none is left.
/// </summary>
internal sealed class MetadataFetch(
    CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer, VersionId id)
    : SubMachine(exchange)
{
    public VersionId Id => id;

    /// <summary>The metadata; null if no cloud has it.</summary>
    public ObjectMetadata? Found { get; private set; }

    public override void Start() => Ask(0);

    public override void Receive(int cloud, CloudAnswer answer)
    {
        if (answer is Got got && MetadataCodec.TryDecode(
            got.Content, layout.Unit, id, writer, quorums, out ObjectMetadata? metadata, out _))
        {
            Found = metadata;
            Finish(null);
        }
        else if (cloud + 1 < quorums.Clouds) Ask(cloud + 1);
        else Finish(null);
    }

    private void Ask(int cloud) => Call(new GetCall(cloud, layout.Metadata(id), SegmentShape.MetadataBytesMax));
}
