using System.Runtime.CompilerServices;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Reads a range of a version. Where too little of it is found, because the clouds stand in another order than when it
/// was written, goes on with the clouds in that order.
/// </summary>
internal sealed class ReadInAnyOrder(ClientContext context, string unit)
{
    private ReadOperation? _operation;

    /// <summary>What is read; set when all of it is read.</summary>
    public ObjectDescription? Description => _operation?.Description;

    /// <summary>The bytes of the range. Each piece is valid until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RunAsync(
        ContentRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long offset = range.OffsetBytes, length = range.LengthBytes ?? long.MaxValue;
        UnitLayout layout = await context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false);
        ClientContext? reordered = null;
        while (true)
        {
            _operation = new ReadOperation(reordered ?? context, layout);
            IAsyncEnumerator<ReadOnlyMemory<byte>> pieces =
                _operation.RunAsync(offset, length, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (pieces.ConfigureAwait(false))
            {
                DataUnavailableException? failure = null;
                while (true)
                {
                    try
                    {
                        if (!await pieces.MoveNextAsync().ConfigureAwait(false)) yield break;
                    }
                    catch (DataUnavailableException e)
                    {
                        failure = e;
                        break;
                    }
                    offset += pieces.Current.Length;
                    if (length != long.MaxValue) length -= pieces.Current.Length;
                    yield return pieces.Current;
                }
                if (reordered is not null)
                    throw new DataUnavailableException(
                        $"The clouds stand in another order than when '{unit}' was written. Put them back in "
                        + $"order. Even so too little of it is left: {failure.Message}",
                        []);
                reordered = await CloudPositions.ReorderAsync(context, layout, cancellationToken)
                    .ConfigureAwait(false);
                if (reordered is null) throw failure;
            }
        }
    }
}
