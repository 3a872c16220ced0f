using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>
/// The answer to <see cref="FetchDecided"/> while it is put together: the values of a stretch of instances, and their
/// batches if they are wanted. Invariant: it is bounded, and has a batch for each value or for none.
/// </summary>
internal sealed class DecidedStretch(FetchDecided asked)
{
    /// <summary>Values in an answer.</summary>
    public const int InstancesMax = 64;

    /// <summary>Bytes of the batches in an answer, unless it has one alone.</summary>
    private const int BodyBytesMax = 2 << 20;

    private readonly List<Digest> _values = [];
    private readonly List<Batch> _bodies = [];
    private long _bytes;

    /// <summary>The instance whose value is added next.</summary>
    public Instance Next => asked.From + _values.Count;

    /// <summary>The batches are wanted.</summary>
    public bool WithBodies => asked.WithBodies;

    /// <summary>Nothing was added.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>Whether a value whose batch has so many bytes may be added.</summary>
    public bool HasRoomFor(int bytes) =>
        _values.Count < Math.Min(asked.Count, InstancesMax)
            && (!WithBodies || IsEmpty || _bytes + bytes <= BodyBytesMax);

    /// <summary>Adds the value of the next instance.</summary>
    /// <param name="value">The value.</param>
    /// <param name="body">Its batch, if batches are wanted.</param>
    public void Add(Digest value, Batch? body)
    {
        Invariant.Holds(body is not null == WithBodies, "an answer has the batches that are wanted, and no others");
        _values.Add(value);
        if (body is null) return;
        Invariant.Holds(body.Digest == value, "a batch that is told has the digest that is told");
        _bodies.Add(body);
        _bytes += body.Encoded.Length;
    }

    /// <summary>The answer.</summary>
    public Decided Complete() => new(asked.From, _values, _bodies);
}
