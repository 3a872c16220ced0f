using System.Net;

namespace DepSky.Clouds.Http;

/// <summary>Content that says when a piece of it was sent, and can be sent again.</summary>
internal sealed class MovingContent(ReadOnlyMemory<byte> content, RequestPatience patience) : HttpContent
{
    private const int PieceBytes = 64 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (int at = 0; at < content.Length; at += PieceBytes)
        {
            ReadOnlyMemory<byte> piece = content.Slice(at, Math.Min(PieceBytes, content.Length - at));
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            patience.Progress();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
