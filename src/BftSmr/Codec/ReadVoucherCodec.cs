using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>A replica's reply share of a read: <c>[from, status, result, mac]</c>.</summary>
internal static class ReadVoucherCodec
{
    /// <summary>The most bytes of one.</summary>
    public const int BytesMax = 1 + 1 + 1 + CanonicalFormat.DigestBytes + 2 + Request.MacBytes;

    private const int Fields = 4;

    public static void Write(ref CanonicalWriter writer, in ReadVoucher voucher)
    {
        writer.WriteArrayHeader(Fields);
        writer.WriteInt64(voucher.From.Value);
        writer.WriteInt64((long)voucher.Status);
        writer.WriteDigest(voucher.Result);
        writer.WriteBinary(voucher.Mac.Span);
    }

    public static bool TryRead(ref CanonicalReader reader, CodecLimits limits, out ReadVoucher voucher)
    {
        voucher = default;
        if (!reader.TryReadArray(Fields, 1, out int fields) || fields != Fields
            || !reader.TryReadReplica(limits.Replicas, out ReplicaId from)
            || !reader.TryReadInt32((int)ReplyStatus.ReplyTooLarge, out int status)
            || !reader.TryReadDigest(out Digest result)
            || !reader.TryReadBinaryOf(Request.MacBytes, out ReadOnlyMemory<byte> mac)) return false;
        voucher = new ReadVoucher(from, (ReplyStatus)status, result, mac);
        return true;
    }

    public static void Write(ref CanonicalWriter writer, IReadOnlyList<ReadVoucher> vouchers)
    {
        writer.WriteArrayHeader(vouchers.Count);
        for (int i = 0; i < vouchers.Count; i++)
        {
            if (i > 0 && vouchers[i].From.Value <= vouchers[i - 1].From.Value)
                throw new InvalidOperationException("Reply shares are sorted by replica.");
            Write(ref writer, vouchers[i]);
        }
    }

    public static bool TryRead(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out IReadOnlyList<ReadVoucher>? vouchers)
    {
        vouchers = null;
        if (!reader.TryReadArray(limits.Replicas, 1 + Fields, out int count)) return false;
        ReadVoucher[] read = count == 0 ? [] : new ReadVoucher[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(ref reader, limits, out read[i]) || (i > 0 && read[i].From.Value <= read[i - 1].From.Value))
                return false;
        }
        vouchers = read;
        return true;
    }
}
