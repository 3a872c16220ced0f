using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>A log record of a <see cref="MessageFamily"/>.</summary>
internal abstract record FamilyRecord : LogRecord
{
    /// <summary>The first element of its encoding.</summary>
    public abstract int Number { get; }

    /// <summary>How many elements follow.</summary>
    public abstract int FieldCount { get; }

    /// <summary>Writes them.</summary>
    public abstract void WriteFields(ref CanonicalWriter writer);
}
