using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Carries calls out: against a cloud that may answer anything, so all that comes is bounded and checked, and nothing
/// that it does gets further than its answer.
/// </summary>
internal sealed class CloudCaller(IReadOnlyList<ICloud> clouds, CloudLog log)
{
    /// <summary>
    /// The most names of a listing within a unit: a version has up to 131,072 blocks, and a unit a few names for each
    /// version that is kept.
    /// </summary>
    private const int NamesMax = 150_000;

    private const int FirstReadBytes = 16 * 1024;

    public string NameOf(int cloud) => clouds[cloud].Name;

    /// <summary>Carries out a call; <paramref name="buffer"/> has the segment that it is about.</summary>
    /// <param name="call">What to do.</param>
    /// <param name="buffer">The segment's memory, for calls about blocks.</param>
    /// <param name="place">Which of its blocks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CloudAnswer> RunAsync(
        CloudCall call, SegmentBuffer? buffer, int place, CancellationToken cancellationToken)
    {
        ICloud cloud = clouds[call.Cloud];
        try
        {
            switch (call)
            {
                case ListCall:
                    return await ListAsync(cloud, call.Name, cancellationToken).ConfigureAwait(false);
                case GetCall get:
                    return await GetAsync(cloud, get, cancellationToken).ConfigureAwait(false);
                case PutCall put:
                    await cloud.PutAsync(put.Name, put.Content, cancellationToken).ConfigureAwait(false);
                    return CloudAnswer.Done;
                case DeleteCall:
                    await cloud.DeleteAsync(call.Name, cancellationToken).ConfigureAwait(false);
                    return CloudAnswer.Done;
                case PutBlockCall:
                    await cloud.PutAsync(call.Name, buffer!.Block(place), cancellationToken).ConfigureAwait(false);
                    return CloudAnswer.Done;
                case GetBlockCall block:
                    return await GetBlockAsync(
                        block, buffer!.Block(place), cancellationToken).ConfigureAwait(false);
                default:
                    throw new ArgumentOutOfRangeException(nameof(call));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Note(call.Cloud, ToAnswer(e), cancellationToken);
        }
    }

    private static async Task<CloudAnswer> ListAsync(ICloud cloud, string prefix, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (CloudEntry entry in cloud.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (names.Count == NamesMax)
                return new Failed(CloudFailure.Broken, $"names more than {NamesMax} objects under {prefix}");
            names.Add(entry.Name);
        }
        return new Listed(names);
    }

    /// <summary>Reads in growing steps, since a cloud's word for an object's length is worth nothing.</summary>
    private static async Task<CloudAnswer> GetAsync(ICloud cloud, GetCall call, CancellationToken cancellationToken)
    {
        byte[] content = new byte[Math.Min(FirstReadBytes, call.BytesMax + 1)];
        int length = 0;
        while (true)
        {
            int read = await cloud.GetAsync(
                call.Name, length, content.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read < 0 || read > content.Length - length)
                return new Failed(
                    CloudFailure.Broken,
                    $"{call.Name}: claims to have read {read} bytes into {content.Length - length}");
            length += read;
            if (length < content.Length || length > call.BytesMax) return new Got(content.AsMemory(0, length));
            Array.Resize(ref content, (int)Math.Min(4L * content.Length, call.BytesMax + 1L));
        }
    }

    /// <summary>Reads a block to where the caller wants it.</summary>
    public async Task<CloudAnswer> GetBlockAsync(
        GetBlockCall call, Memory<byte> place, CancellationToken cancellationToken)
    {
        try
        {
            CloudAnswer answer =
                await ReadBlockAsync(clouds[call.Cloud], call, place, cancellationToken).ConfigureAwait(false);
            return answer is Failed failed ? Note(call.Cloud, failed, cancellationToken) : answer;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Note(call.Cloud, ToAnswer(e), cancellationToken);
        }
    }

    private static async Task<CloudAnswer> ReadBlockAsync(
        ICloud cloud, GetBlockCall call, Memory<byte> place, CancellationToken cancellationToken)
    {
        int read = await cloud.GetAsync(call.Name, 0, place, cancellationToken).ConfigureAwait(false);
        if (read != call.BlockBytes)
            return new Failed(CloudFailure.Broken, $"{call.Name}: {read} bytes instead of {call.BlockBytes}");
        return BlockDigest.Of(place.Span) == call.Digest
            ? CloudAnswer.Done
            : new Failed(CloudFailure.Broken, $"{call.Name}: not the bytes that the writer stored");
    }

    /// <summary>
    /// A provider that breaks its contract is a faulty cloud, and one faulty cloud stops no client: an exception of any
    /// kind is its answer.
    /// </summary>
    public static Failed ToAnswer(Exception exception) => exception switch
    {
        CloudException e => new Failed(e.Kind, e.What),
        OperationCanceledException => new Failed(CloudFailure.Unavailable, "cancelled"),
        TimeoutException => new Failed(CloudFailure.Unavailable, "no answer in time"),
        InvalidDataException e => new Failed(CloudFailure.Broken, e.Message),
        _ => new Failed(CloudFailure.Broken, $"{exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>A missing object is often expected. A call that no caller waits for any more has not failed.</summary>
    private Failed Note(int cloud, Failed failed, CancellationToken cancellationToken)
    {
        if (failed.Kind != CloudFailure.NotFound && !cancellationToken.IsCancellationRequested)
            log.NoteRequest(cloud, failed.Kind, failed.Reason);
        return failed;
    }
}
