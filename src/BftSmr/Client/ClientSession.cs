using BftCloud.Primitives;
using BftSmr.Client.Core;

namespace BftSmr.Client;

/// <summary>
/// A client on its connection's loop: its core, and what the loop needs to know of it. Only <see cref="Loop"/> touches
/// the core.
/// </summary>
internal sealed class ClientSession(ConnectionLoop loop, ClientCore core, BftClientOptions options)
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending;

    public ConnectionLoop Loop { get; } = loop;

    public ClientCore Core { get; } = core;

    /// <summary>Completes when the first session is open, or fails if the replicas refuse it.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes when the loop has let go of it.</summary>
    public Task Closed => _closed.Task;

    public bool IsClosed => _closed.Task.IsCompleted;

    /// <summary>When the core wants a tick; kept by the loop.</summary>
    public long DeadlineMicros { get; set; } = long.MaxValue;

    /// <summary>Sessions refused since the last one was open; kept by the loop.</summary>
    public int Refusals { get; set; }

    /// <summary>What the client lacks for this kind of operation, and how to get it.</summary>
    public string DescribeRights(OperationKind kind)
    {
        ClientIdentity client = options.Cluster.Clients[options.ClientId.Value];
        (string what, ClientRights needed) = kind == OperationKind.Query
            ? ("a query", ClientRights.Read)
            : ("a command", ClientRights.Write);
        return $"The replicas refused {what} of client {options.ClientId.Value} (\"{client.Name}\"): it lacks the "
            + $"right '{SettingsReader.NameOf(needed)}', and nothing was executed. Add it to the client's 'rights' in "
            + "cluster.json at all nodes, or use a client identity that has it.";
    }

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _pending) <= options.PendingOperationsMax) return true;
        Interlocked.Decrement(ref _pending);
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _pending);
        Loop.Leave();
    }

    public void SetOpened() => _opened.TrySetResult();

    public void SetRefused() => _opened.TrySetException(new BftSessionExpiredException(
        "The replicas refused to open a session several times, although it had a number that they had said was free: "
        + "too many other processes open sessions of this identity. Try again, or use an identity of its own.",
        mayHaveExecuted: false));

    public void SetClosed()
    {
        _closed.TrySetResult();
        _opened.TrySetException(new BftClientClosedException(mayHaveExecuted: false));
        _ = _opened.Task.Exception; // Observed: no caller may be waiting for it any more.
    }
}
