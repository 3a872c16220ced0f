using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>Takes the reply shares that come with a reply for the votes of the replicas that made them.</summary>
internal sealed class VoucherCount(IKeyring keyring, ClientStatistics statistics)
{
    /// <summary>True if there was a new vote.</summary>
    public bool Count(in Vouchers vouchers, Attempt attempt, ReplicaId from, Reply reply)
    {
        Span<byte> statement = stackalloc byte[VoucherStatement.Bytes];
        VoucherStatement.Write(reply.Nonce, reply.Sequence, reply.Status, attempt.Ballot.DigestOf(from), statement);
        ReplicaSet before = attempt.Ballot.Voters;
        ReadOnlySpan<byte> macs = vouchers.Macs.Span;
        foreach (ReplicaId voucher in vouchers.From)
        {
            ReadOnlySpan<byte> mac = macs[..Request.MacBytes];
            macs = macs[Request.MacBytes..];
            if (before.Contains(voucher)) continue; // its own reply, or its first reply share, counts
            if (keyring.VerifyMacFromReplica(voucher, statement, mac))
                attempt.Ballot.Second(voucher, from);
            else statistics.InvalidVouchers++;
        }
        ReplicaSet silent = attempt.Asked.Except(attempt.Ballot.Voters);
        attempt.Suspects = silent.IsEmpty || attempt.ToAll ? ReplicaSet.Empty : silent.With(from);
        return attempt.Ballot.Voters != before;
    }
}
