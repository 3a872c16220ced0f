using System.Numerics;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>Takes the vouchers that come with a reply for the votes of those that made them.</summary>
internal sealed class VoucherCount(IKeyring keyring, ClientStatistics statistics)
{
    /// <summary>True if there was a new vote.</summary>
    public bool Count(in Vouchers vouchers, Attempt attempt, ReplicaId from, Reply reply)
    {
        Span<byte> statement = stackalloc byte[VoucherStatement.Bytes];
        VoucherStatement.Write(reply.Nonce, reply.Sequence, reply.Status, attempt.Ballot.DigestOf(from), statement);
        ulong before = attempt.Ballot.Voters;
        ReadOnlySpan<byte> macs = vouchers.Macs.Span;
        for (ulong rest = vouchers.From; rest != 0; rest &= rest - 1, macs = macs[Request.MacBytes..])
        {
            ReplicaId voucher = new(BitOperations.TrailingZeroCount(rest));
            if ((before >> voucher.Value & 1) != 0) continue; // what it said itself, or vouched for first, counts
            if (keyring.VerifyMacFromReplica(voucher, statement, macs[..Request.MacBytes]))
                attempt.Ballot.Second(voucher, from);
            else statistics.InvalidVouchers++;
        }
        ulong silent = attempt.Asked & ~attempt.Ballot.Voters;
        attempt.Suspects = silent == 0 || attempt.ToAll ? 0 : silent | 1ul << from.Value;
        return attempt.Ballot.Voters != before;
    }
}
