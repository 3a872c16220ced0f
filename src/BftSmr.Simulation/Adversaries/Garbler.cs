using BftCloud.Primitives;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Sends frames with a few bits flipped, cut short, drawn out, or of pure noise, all over its authenticated links.
/// </summary>
internal sealed class Garbler : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.Garbler;

    public override ReadOnlyMemory<byte> Framing(ReplicaId to, ReadOnlyMemory<byte> frame)
    {
        if (!Random.Chance(0.3)) return frame;
        Misbehave("garbled frame");
        byte[] garbled = frame.ToArray();
        switch (Random.Next(6))
        {
            case 0:
                return garbled.AsMemory(0, Random.Next(garbled.Length + 1));
            case 1:
                return (byte[])[.. garbled, .. garbled];
            case 2:
                for (int i = 0; i < garbled.Length; i++) garbled[i] = (byte)Random.NextUInt64();
                return garbled;
            default:
                for (int flips = 1 + Random.Next(3); flips > 0 && garbled.Length > 0; flips--)
                    garbled[Random.Next(Math.Min(garbled.Length, 40))] ^= (byte)(1 << Random.Next(8));
                return garbled;
        }
    }
}
