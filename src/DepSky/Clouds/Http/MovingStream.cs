namespace DepSky.Clouds.Http;

/// <summary>Content in memory that says when a piece of it was taken.</summary>
internal sealed class MovingStream(ArraySegment<byte> content, RequestPatience patience)
    : MemoryStream(content.Array!, content.Offset, content.Count, writable: false)
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        patience.Progress();
        return base.Read(buffer, offset, count);
    }

    public override int Read(Span<byte> buffer)
    {
        patience.Progress();
        return base.Read(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        patience.Progress();
        return base.ReadAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        patience.Progress();
        return base.ReadAsync(buffer, cancellationToken);
    }
}
