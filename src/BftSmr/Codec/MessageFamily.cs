using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// The messages and log records of an ordering that is not built in: registered with the codec through
/// <see cref="CodecLimits.Family"/>. Their numbers are above <see cref="FirstNumber"/>, so that they never meet those
/// of
/// <see cref="MessageType"/>. They write themselves (<see cref="FamilyMessage"/>, <see cref="FamilyRecord"/>).
/// </summary>
internal abstract class MessageFamily
{
    /// <summary>The lowest number of a family's message or record; the highest is 127.</summary>
    public const int FirstNumber = 96;

    /// <summary>
    /// Reads the fields of a message; false, never an exception, if they are not canonical and within the limits.
    /// </summary>
    public abstract bool TryReadMessage(
        ref CanonicalReader reader, int number, int fields, CodecLimits limits,
        [NotNullWhen(true)] out FamilyMessage? message);

    /// <summary>
    /// Reads the fields of a log record; false, never an exception, if they are not canonical and within the limits.
    /// </summary>
    public abstract bool TryReadRecord(
        ref CanonicalReader reader, int number, int fields, CodecLimits limits,
        [NotNullWhen(true)] out FamilyRecord? record);
}
