using BftCloud.Links;
using Memcache.Server.Protocol;

namespace Memcache.Server.Hosting;

/// <summary>
/// One thread with its share of the connections. Its buffers serve all of them, one after the other: a connection keeps
/// bytes of its own only while a command is incomplete, or while its client does not read. So what a connection does is
/// done on this thread from its beginning on (<see cref="FirstTurn"/>).
/// </summary>
internal sealed class EventLoop(int number) : IDisposable
{
    /// <summary>The most input that is held until a session has taken it.</summary>
    public const int InputBytes = 16 << 10;

    /// <summary>The most replies that are written before they are sent.</summary>
    public const int OutputBytes = 32 << 10;

    private long _read, _written;

    public Reactor Reactor { get; } = new($"memcache-{number}");

    /// <summary>What has come; of the loop's thread.</summary>
    public byte[] Input { get; } = new byte[InputBytes];

    /// <summary>What goes next; of the loop's thread.</summary>
    public ReplyBuffer Output { get; } = new(OutputBytes);

    public long BytesRead => Interlocked.Read(ref _read);

    public long BytesWritten => Interlocked.Read(ref _written);

    public void CountRead(int bytes) => Interlocked.Add(ref _read, bytes);

    public void CountWritten(int bytes) => Interlocked.Add(ref _written, bytes);

    public void Dispose() => Reactor.Dispose();
}
