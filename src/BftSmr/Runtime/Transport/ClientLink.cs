namespace BftSmr.Runtime.Transport;

/// <summary>A client's link, as its replica sees it.</summary>
internal sealed class ClientLink
{
    /// <summary>The identity that the client proved.</summary>
    public ClientId Client => throw new NotSupportedException();

    /// <summary>Queues a frame. It does not leave before the listener's <see cref="ClientListener.Flush"/>. False if the link is down.</summary>
    public bool Send(ReadOnlySpan<byte> frame) => throw new NotSupportedException();

    /// <summary>Closes the link; the sink hears of it.</summary>
    public void Close() => throw new NotSupportedException();
}
