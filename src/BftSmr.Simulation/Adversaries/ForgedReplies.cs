using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Orders honestly, and lies to clients: about results, how operations ended, and who leads.</summary>
internal sealed class ForgedReplies : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.ForgedReplies;

    public override ClientMessage? Answering(ClientId client, ClientMessage answer)
    {
        if (Random.Chance(0.2)) return answer;
        Misbehave("forged reply");
        return answer switch
        {
            Reply m => Random.Next(5) switch
            {
                0 => m with { Result = Forge(m.Result) },
                1 => m with { Status = (ReplyStatus)Random.Next(5) },
                2 => m with { Regency = new Regency(Random.Next(1000)) },
                3 => m with { Sequence = m.Sequence + 1 },
                _ => m with { IsDigest = !m.IsDigest },
            },
            ReadReply m => Random.Next(4) switch
            {
                0 => m with { Result = Forge(m.Result) },
                1 => m with { Status = (ReplyStatus)Random.Next(5) },
                2 => m with { Regency = new Regency(Random.Next(1000)) },
                _ => m with { ReadId = m.ReadId + 1 },
            },
            _ => answer,
        };
    }

    private byte[] Forge(ReadOnlyMemory<byte> result)
    {
        byte[] forged = result.ToArray();
        if (forged.Length == 0) return [1];
        forged[Random.Next(forged.Length)] ^= (byte)(1 + Random.Next(255));
        return forged;
    }
}
