using System.Net.Sockets;

namespace BftCloud.Links;

/// <summary>
/// Waits for many sockets at once, level-triggered: what is ready is said again until it is used. One thread waits, and
/// disposes of it after its last wait; the other methods are for any thread, for one socket one at a time, and do
/// nothing once it is disposed of.
/// </summary>
internal interface IPoller : IDisposable
{
    /// <summary>
    /// Watches a socket for this, and nothing else than this; for nothing ends it, and is to come before the socket is
    /// closed.
    /// </summary>
    void Watch(Socket socket, long id, Readiness before, Readiness now);

    /// <summary>
    /// Waits until a socket is ready, <see cref="Wake"/> is called, or the time is over; negative: for ever.
    /// Returns how many are ready.
    /// </summary>
    int Wait(Span<ReadySocket> ready, long timeoutMicros);

    /// <summary>Ends the wait that is under way, or else the next one.</summary>
    void Wake();
}
