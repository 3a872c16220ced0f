using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>What the first record of a state has.</summary>
/// <param name="Revision">The state's revision.</param>
/// <param name="UntilMicros">When the recording of changes ends; 0: none are recorded.</param>
/// <param name="After">The changes of all later revisions are kept.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Pages">How many pages of changes.</param>
internal readonly record struct StateHeader(long Revision, long UntilMicros, long After, int Entries, int Pages)
{
    public void Write(ByteBuffer value)
    {
        value.WriteInteger(RecordFormat.Version);
        value.WriteInteger(Revision);
        value.WriteInteger(UntilMicros);
        value.WriteInteger(After);
        value.WriteInteger(Entries);
        value.WriteInteger(Pages);
    }

    /// <summary>Reads what stands behind the version. False if it is none that is ever written.</summary>
    public static bool TryRead(ref CanonicalReader reader, out StateHeader header)
    {
        header = default;
        if (!reader.TryReadInteger(0, long.MaxValue, out long revision)
            || !reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out long untilMicros)
            || !reader.TryReadInteger(0, untilMicros == 0 ? 0 : revision, out long after)
            || !reader.TryReadInteger(0, int.MaxValue, out long entries)
            || !reader.TryReadInteger(0, untilMicros == 0 ? 0 : KvLimits.RecentBytesMax, out long pages)) return false;
        header = new StateHeader(revision, untilMicros, after, (int)entries, (int)pages);
        return true;
    }
}
