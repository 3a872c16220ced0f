using BftCloud.Primitives;

namespace BftSmr.Codec;

/// <summary>Reads the numbers that the protocol counts by.</summary>
internal static class NumberReading
{
    public static bool TryReadInstance(this ref CanonicalReader reader, out Instance instance)
    {
        bool read = reader.TryReadInt64(out long value);
        instance = new Instance(value);
        return read;
    }

    public static bool TryReadRegency(this ref CanonicalReader reader, out Regency regency)
    {
        bool read = reader.TryReadInt64(out long value);
        regency = new Regency(value);
        return read;
    }
}
