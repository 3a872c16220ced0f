using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>A SYNC's fields are <c>regency, [STOPDATA, …]</c>, the STOPDATA sorted strictly by sender.</summary>
internal static class SyncCodec
{
    public static void WriteFields(ref CanonicalWriter writer, Sync message)
    {
        writer.WriteInt64(message.Regency.Value);
        writer.WriteArrayHeader(message.Collected.Count);
        for (int i = 0; i < message.Collected.Count; i++)
        {
            StopData one = message.Collected[i];
            if (i > 0 && one.Sender <= message.Collected[i - 1].Sender)
                throw new InvalidOperationException("A SYNC's STOPDATA are sorted by sender.");
            StopDataCodec.Write(ref writer, one);
        }
    }

    public static bool TryReadFields(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out Sync? message)
    {
        message = null;
        if (!reader.TryReadRegency(out Regency regency)
            || !reader.TryReadArray(limits.Replicas, StopDataCodec.EncodedBytesMin, out int count)) return false;
        StopData[] collected = count == 0 ? [] : new StopData[count];
        for (int i = 0; i < collected.Length; i++)
        {
            if (!StopDataCodec.TryRead(ref reader, limits, out StopData? one)
                || (i > 0 && one.Sender <= collected[i - 1].Sender)) return false;
            collected[i] = one;
        }
        message = new Sync(regency, collected);
        return true;
    }
}
