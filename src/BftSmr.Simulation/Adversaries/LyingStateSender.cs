using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Lies to replicas that catch up: about pieces, decisions, checkpoints, batches, and its own place.</summary>
internal sealed class LyingStateSender : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.LyingStateSender;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (Random.Chance(0.25))
        {
            instead.Add(message);
            return;
        }
        PeerMessage? altered = message switch
        {
            Piece m => Random.Next(3) switch
            {
                0 => m with { Bytes = Flip(m.Bytes) },
                1 => m with { Index = m.Index + 1 },
                _ => null,
            },
            Decided m => Random.Next(3) switch
            {
                0 => m with { Values = [.. m.Values.Select(_ => AnyDigest())] },
                1 => m with { From = m.From.Next },
                _ => m with { Bodies = [.. m.Bodies.Reverse()] },
            },
            CheckpointOffer m => m with
            {
                Manifest = new Manifest(
                    m.Manifest.Number, m.Manifest.Instance,
                    [.. m.Manifest.Runs.Select(run => run with { Bytes = Random.Between(1, 1_000_000) })],
                    m.Manifest.Merges),
            },
            Checkpoint m => Sign(m with { Root = AnyDigest() }),
            BatchBody m => m with { Instance = m.Instance.Next },
            Status m => m with
            {
                LastExecuted = m.LastExecuted + Random.Between(0, 1000),
                Stable = m.Stable + Random.Between(0, 1000),
                LastAccepted = m.LastAccepted + Random.Between(0, 100_000),
                Wanted = new Regency(m.Wanted.Value + Random.Between(0, 3)),
            },
            _ => message,
        };
        if (altered is not null) instead.Add(altered);
        if (!ReferenceEquals(altered, message)) Misbehave("lie about state");
    }

    private byte[] Flip(ReadOnlyMemory<byte> bytes)
    {
        byte[] flipped = bytes.ToArray();
        if (flipped.Length > 0) flipped[Random.Next(flipped.Length)] ^= 1;
        return flipped;
    }
}
