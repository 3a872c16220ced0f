using System.Threading.Channels;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Hosts one operation: carries out what its core wants from clouds, brings answers and the time. The core runs in one loop only; the calls run beside it.
/// When the operation ends, what it began is cancelled, except small records that go to clouds which are merely slow: those may go on for a little.
/// </summary>
internal sealed class ExchangeHost(CloudExchange exchange, CloudCaller caller, Func<int, int> placeOf, ClientServices services) : IAsyncDisposable
{
    private readonly Channel<Action> _inputs = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<CallId, RunningCall> _running = [];
    private readonly Dictionary<int, SegmentBuffer> _buffers = [];

    /// <summary>Gives up what is left of the operation when it fails.</summary>
    private bool _succeeded;

    /// <summary>Does something in the loop, where the core may be touched.</summary>
    public void Post(Action input) => _inputs.Writer.TryWrite(input);

    /// <summary>Does something in the loop, and waits for it; for ever, if the loop has ended and the token is not cancelled.</summary>
    public Task RunInLoopAsync(Action input, CancellationToken cancellationToken)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            input();
            done.SetResult();
        });
        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The memory of a segment, for the calls about it; the host holds a reference until <see cref="RemoveBuffer"/>. In the loop only.</summary>
    public void AddBuffer(int segment, SegmentBuffer buffer) => _buffers.Add(segment, buffer);

    /// <summary>Takes the memory out again, with the host's reference.</summary>
    public SegmentBuffer RemoveBuffer(int segment)
    {
        _buffers.Remove(segment, out SegmentBuffer? buffer);
        return buffer!;
    }

    /// <summary>For segments that are fetched: where their memory comes from.</summary>
    public Func<GetBlockCall, SegmentBuffer>? RentForFetch { get; init; }

    /// <summary>Runs until the core is done.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunAsync(Func<bool> isDone, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(() => Post(static () => { }));
        await using ITimer timer = services.Time.CreateTimer(_ => Post(static () => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            exchange.AdvanceTo(services.NowMs);
            while (exchange.TryTakeEffect(out ExchangeEffect? effect)) Perform(effect);
            if (isDone()) break;
            if (exchange.NextTimerMs is long due)
            {
                long waitMs = due - services.NowMs;
                if (waitMs <= 0) continue;
                timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
            }
            await _inputs.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
            exchange.AdvanceTo(services.NowMs);
            while (_inputs.Reader.TryRead(out Action? input)) input();
        }
    }

    /// <summary>The operation has succeeded: small records may still reach the clouds that were slower.</summary>
    public void LetGoOn() => _succeeded = true;

    private void Perform(ExchangeEffect effect)
    {
        switch (effect)
        {
            case StartCall start:
                Start(start.Id, start.Call);
                break;
            case AbandonCall abandon:
                if (_running.Remove(abandon.Id, out RunningCall abandoned)) abandoned.Cancellation.Cancel();
                break;
        }
    }

    private void Start(CallId id, CloudCall call)
    {
        (SegmentBuffer? buffer, int place) = call switch
        {
            PutBlockCall put => (_buffers[put.Segment], placeOf(put.Cloud)),
            GetBlockCall get => (FetchBuffer(get), placeOf(get.Cloud)),
            _ => (null, 0),
        };
        buffer?.AddReference();
        if (call is GetBlockCall) buffer!.BeginWriting(place);
        CancellationTokenSource cancellation = new();
        long startedMs = services.NowMs;
        Task task = Task.Run(async () =>
        {
            CloudAnswer answer = await caller.RunAsync(call, buffer, place, cancellation.Token).ConfigureAwait(false);
            if (call is GetBlockCall) buffer!.EndWriting(place);
            buffer?.Release();
            bool isWanted = !cancellation.IsCancellationRequested;
            if (isWanted) services.Statistics.Learn(call, answer, services.NowMs - startedMs);
            Post(() =>
            {
                if (_running.Remove(id)) exchange.Answer(id, answer);
            });
        }, CancellationToken.None);
        _running.Add(id, new RunningCall(call, cancellation, task));
    }

    private SegmentBuffer FetchBuffer(GetBlockCall call)
    {
        if (!_buffers.TryGetValue(call.Segment, out SegmentBuffer? buffer)) _buffers.Add(call.Segment, buffer = RentForFetch!(call));
        return buffer;
    }

    public ValueTask DisposeAsync()
    {
        foreach (RunningCall running in _running.Values)
        {
            if (_succeeded && running.Call is PutCall) services.Stragglers.Add(running.Task, running.Cancellation);
            else running.Cancellation.Cancel();
        }
        _running.Clear();
        foreach (SegmentBuffer buffer in _buffers.Values) buffer.Release();
        _buffers.Clear();
        return ValueTask.CompletedTask;
    }

    private readonly record struct RunningCall(CloudCall Call, CancellationTokenSource Cancellation, Task Task);
}
