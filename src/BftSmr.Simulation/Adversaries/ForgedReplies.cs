using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Orders honestly, and lies to clients: about results, how operations ended, the leader, and the reply shares of
/// others. It gives no reply shares of its own, or wrong ones.
/// </summary>
internal sealed class ForgedReplies : Adversary
{
    private readonly List<Vouchers> _seen = [];

    public override AdversaryKind Kind => AdversaryKind.ForgedReplies;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is not (Vouch or VouchRead) || Random.Chance(0.2))
        {
            instead.Add(message);
            return;
        }
        Misbehave("false reply share");
        if (message is Vouch vouch) Falsify(vouch, instead);
        else Falsify((VouchRead)message, instead);
    }

    private void Falsify(VouchRead vouch, List<PeerMessage> instead)
    {
        switch (Random.Next(4))
        {
            case 0:
                break;
            case 1:
                instead.Add(vouch with { Voucher = vouch.Voucher with { Status = (ReplyStatus)Random.Next(5) } });
                break;
            case 2:
                instead.Add(vouch with { Voucher = vouch.Voucher with { Mac = Forge(vouch.Voucher.Mac) } });
                break;
            default:
                ReplicaId other = new(Random.Next(Settings.Quorums.Replicas));
                instead.Add(vouch with { Voucher = vouch.Voucher with { From = other } });
                instead.Add(vouch);
                break;
        }
    }

    private void Falsify(Vouch vouch, List<PeerMessage> instead)
    {
        switch (Random.Next(4))
        {
            case 0:
                break;
            case 1:
                instead.Add(vouch with { Macs = vouch.Macs[Request.MacBytes..] });
                break;
            case 2:
                instead.Add(vouch with { Macs = new byte[vouch.Macs.Length] });
                instead.Add(vouch);
                break;
            default:
                instead.Add(vouch with { Macs = Forge(vouch.Macs) });
                break;
        }
    }

    public override ClientMessage? Answering(ClientId client, ClientMessage answer)
    {
        if (Random.Chance(0.2)) return answer;
        Misbehave("forged reply");
        return answer switch
        {
            Reply { Vouchers: { } vouchers } m when Random.Chance(0.5) => m with { Vouchers = Other(vouchers) },
            Reply m => Random.Next(5) switch
            {
                0 => m with { Result = Forge(m.Result) },
                1 => m with { Status = (ReplyStatus)Random.Next(5) },
                2 => m with { Regency = new Regency(Random.Next(1000)) },
                3 => m with { Sequence = m.Sequence + 1 },
                _ => m with { IsDigest = !m.IsDigest },
            },
            ReadReply { Vouchers: { } vouchers } m when Random.Chance(0.5) => m with { Vouchers = Other(vouchers, m) },
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

    private Vouchers Other(Vouchers vouchers)
    {
        if (_seen.Count < 64) _seen.Add(vouchers);
        return Random.Next(3) switch
        {
            0 => new Vouchers(ReplicaSet.Empty, default),
            1 => Random.Pick(_seen),
            _ => vouchers with { Macs = Forge(vouchers.Macs) },
        };
    }

    // What is right about the reply shares of others, but said of what this replica makes up; or fewer of them.
    private List<ReadVoucher> Other(IReadOnlyList<ReadVoucher> vouchers, ReadReply reply)
    {
        List<ReadVoucher> others = [];
        foreach (ReadVoucher voucher in vouchers)
        {
            if (Random.Chance(0.3)) continue;
            ReplyStatus wrong = reply.Status == ReplyStatus.Ok ? ReplyStatus.Failed : ReplyStatus.Ok;
            others.Add(
                Random.Chance(0.5) ? voucher with { Result = AnyDigest() } : voucher with { Status = wrong });
        }
        return others;
    }

    private byte[] Forge(ReadOnlyMemory<byte> result)
    {
        byte[] forged = result.ToArray();
        if (forged.Length == 0) return [1];
        forged[Random.Next(forged.Length)] ^= (byte)(1 + Random.Next(255));
        return forged;
    }
}
