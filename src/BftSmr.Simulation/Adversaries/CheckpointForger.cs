using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Offers late replicas a state of its own making, further than any replica is, under a certificate that only itself
/// has signed. It serves its pieces, which fit the root, to each replica that believes it.
/// </summary>
internal sealed class CheckpointForger : Adversary
{
    private CheckpointOffer? _offer;
    private byte[] _bytes = [];
    private MerkleTree? _tree;

    public override AdversaryKind Kind => AdversaryKind.CheckpointForger;

    public override bool Receiving(Input input)
    {
        switch (input)
        {
            case PeerInput { From: var from, Message: FetchDecided m }:
                Send(from, Offer(m.From));
                return false;
            case PeerInput { From: var from, Message: FetchCheckpoint m }:
                Send(from, Offer(m.Above));
                return false;
            case PeerInput { From: var from, Message: FetchPiece m } when _tree is not null
                && m.Run == _tree.Root
                && m.Index < MerkleTree.ChunkCount(_bytes.Length, Settings.ChunkBytes):
                Misbehave("made-up piece");
                Send(from, new Piece(m.Run, m.Index, ChunkAt(m.Index), _tree.Path(m.Index)));
                return false;
            default:
                return true;
        }
    }

    private ReadOnlyMemory<byte> ChunkAt(int index) => _bytes.AsMemory(
        index * Settings.ChunkBytes, MerkleTree.ChunkLength(_bytes.Length, Settings.ChunkBytes, index));

    private CheckpointOffer Offer(Instance above)
    {
        if (_offer is { } known && known.Certificate.Instance > above) return known;
        Misbehave("made-up checkpoint");
        _bytes = new byte[8 + Random.Next(300)]; // no run that a replica could read
        _tree = MerkleTree.Of(_bytes, Settings.ChunkBytes);
        Instance instance = above + Random.Between(1, 20);
        Manifest manifest = new(1, instance, [new RunDescription(_tree.Root, _bytes.Length, 0)], []);
        ReadOnlyMemory<byte> own = Sign(new Checkpoint(instance, manifest.Root, Self)).Signature;
        IEnumerable<int> others = Enumerable.Range(0, Settings.Quorums.Replicas).Where(i => i != Self.Value).Take(
            Random.Chance(0.5) ? 0 : Settings.Quorums.Write - 1);
        CheckpointSignature[] signatures = [.. others.Append(Self.Value).Order()
            .Select(i => new CheckpointSignature(new ReplicaId(i), i == Self.Value ? own : new byte[64]))];
        return _offer = new CheckpointOffer(
            new CheckpointCertificate(instance, manifest.Root, signatures), manifest) { IsInstead = true };
    }
}
