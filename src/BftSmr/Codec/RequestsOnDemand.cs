using System.Collections;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// The requests of an encoded batch that was decoded before. It does not hold them: each look at them decodes them
/// again.
/// </summary>
internal sealed class RequestsOnDemand(
    ReadOnlyMemory<byte> encodedBatch, int count, CodecLimits limits) : IReadOnlyList<Request>
{
    public int Count => count;

    public Request this[int index] => Decode()[index];

    public IEnumerator<Request> GetEnumerator() => Decode().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyList<Request> Decode()
    {
        bool isDecoded = BatchCodec.TryDecode(encodedBatch, limits, out Batch? batch);
        Invariant.Holds(isDecoded, "what was decoded once decodes again");
        return batch!.Requests;
    }
}
