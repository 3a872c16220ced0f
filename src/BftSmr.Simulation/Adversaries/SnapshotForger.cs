using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Offers late replicas a state of its own making, further than any replica is, under a certificate that only itself
/// has signed. It serves its chunks, which fit the root, to each replica that believes it.
/// </summary>
internal sealed class SnapshotForger : Adversary
{
    private CheckpointOffer? _offer;
    private byte[] _bytes = [];
    private MerkleTree? _tree;

    public override AdversaryKind Kind => AdversaryKind.SnapshotForger;

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
            case PeerInput { From: var from, Message: FetchChunk m } when _tree is not null
                && m.Instance == _offer!.Certificate.Instance
                && m.Index < MerkleTree.ChunkCount(_bytes.Length, Settings.ChunkBytes):
                Misbehave("made-up chunk");
                Send(from, new Chunk(m.Instance, m.Index, ChunkAt(m.Index), _tree.Path(m.Index)));
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
        _bytes = new byte[8 + Random.Next(300)]; // no sessions, and a state of zeros
        _tree = MerkleTree.Of(_bytes, Settings.ChunkBytes);
        Instance instance = above + Random.Between(1, 20);
        ReadOnlyMemory<byte> own = Sign(new Checkpoint(instance, _tree.Root, Self)).Signature;
        IEnumerable<int> others = Enumerable.Range(0, Settings.Quorums.Replicas).Where(i => i != Self.Value).Take(
            Random.Chance(0.5) ? 0 : Settings.Quorums.Write - 1);
        CheckpointSignature[] signatures = [.. others.Append(Self.Value).Order()
            .Select(i => new CheckpointSignature(new ReplicaId(i), i == Self.Value ? own : new byte[64]))];
        return _offer = new CheckpointOffer(
            new CheckpointCertificate(instance, _tree.Root, signatures), _bytes.Length) { IsInstead = true };
    }
}
