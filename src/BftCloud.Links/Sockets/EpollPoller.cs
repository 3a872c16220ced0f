using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace BftCloud.Links;

/// <summary>
/// Linux' epoll. The framework's own use of it watches every socket for room to send as well, edge-triggered. That
/// wakes a node for each message that another one takes out of a Unix domain socket. The framework also has one thread
/// wait for sockets, and others do what follows.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class EpollPoller : IPoller
{
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private const int Add = 1, Delete = 2, Modify = 3;
    private const uint In = 1, Out = 4, Error = 8, HangUp = 16, PeerClosed = 0x2000, EdgeTriggered = 1u << 31;
    private const int Interrupted = 4;
    private const int EventsMax = 8192;
    private const long WakeId = 0;

    // struct epoll_event is packed on x86 only.
    private static readonly bool s_isPacked =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int s_idOffset = s_isPacked ? 4 : 8;
    private static readonly int s_eventBytes = s_idOffset + sizeof(long);

    // Held by each thread that uses the descriptors beside the waiting thread, which closes them: their numbers may be
    // others' from then on.
    private readonly Lock _gate = new();
    private readonly byte[] _events = new byte[EventsMax * s_eventBytes];
    private readonly int _epoll;
    private readonly int _wake;
    private bool _isClosed;

    public EpollPoller()
    {
        _epoll = Check(Create(CloseOnExec));
        _wake = Check(EventDescriptor(0, CloseOnExec | NonBlocking));
        Control(Add, _wake, In | EdgeTriggered, WakeId);
    }

    public void Watch(Socket socket, long id, Readiness before, Readiness now)
    {
        if (now == before) return;
        uint events = (now.HasFlag(Readiness.Receive) ? In | PeerClosed : 0) | (now.HasFlag(Readiness.Send) ? Out : 0);
        int operation = before == Readiness.None ? Add : now == Readiness.None ? Delete : Modify;
        lock (_gate)
        {
            if (!_isClosed) Control(operation, (int)socket.SafeHandle.DangerousGetHandle(), events, id);
        }
    }

    public int Wait(Span<ReadySocket> ready, long timeoutMicros)
    {
        long milliseconds = timeoutMicros < 0 ? -1 : Math.Min(int.MaxValue, (timeoutMicros + 999) / 1000);
        int count = WaitFor(_epoll, ref _events[0], Math.Min(ready.Length, EventsMax), (int)milliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted) Check(count);
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = _events.AsSpan(i * s_eventBytes, s_eventBytes);
            uint events = MemoryMarshal.Read<uint>(one);
            long id = MemoryMarshal.Read<long>(one[s_idOffset..]);
            if (id == WakeId) continue;
            ready[taken++] = new ReadySocket(id, (events & (Error | HangUp)) != 0
                ? Readiness.Receive | Readiness.Send
                : ((events & (In | PeerClosed)) != 0 ? Readiness.Receive : 0)
                    | ((events & Out) != 0 ? Readiness.Send : 0));
        }
        return taken;
    }

    // Edge-triggered, so no thread has to read the number.
    public void Wake()
    {
        long one = 1;
        lock (_gate)
        {
            if (!_isClosed) _ = Write(_wake, ref one, sizeof(long));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            _ = Close(_epoll);
            _ = Close(_wake);
        }
    }

    private void Control(int operation, int descriptor, uint events, long id)
    {
        Span<byte> one = stackalloc byte[s_eventBytes];
        one.Clear();
        MemoryMarshal.Write(one, events);
        MemoryMarshal.Write(one[s_idOffset..], id);
        Check(Control(_epoll, operation, descriptor, ref one[0]));
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, ref byte @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitFor(int epoll, ref byte events, int eventsMax, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref long value, nint bytes);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
