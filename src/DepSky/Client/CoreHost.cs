using System.Collections.Concurrent;
using System.Threading.Channels;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Hosts one core: brings it answers and the time, and carries out its effects. The core runs in one loop only; the
/// calls run beside it. When the operation ends, what it began is cancelled, except small records that go to clouds
/// which are merely slow: those may go on for a little.
/// </summary>
/// <param name="core">What is hosted.</param>
/// <param name="caller">Carries out calls.</param>
/// <param name="placeOf">Which block of a segment's memory is a cloud's.</param>
/// <param name="services">The time, and what is learned of clouds.</param>
internal sealed class CoreHost(
    ProtocolCore core, CloudCaller caller, Func<int, int> placeOf, ClientServices services) : IAsyncDisposable
{
    /// <summary>The longest that a timer is set for: no deadline is missed by waking up before it.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);

    private readonly Channel<Input> _inputs =
        Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });
    private readonly EffectBuffer _effects = new();
    private readonly Dictionary<CallId, RunningCall> _running = [];
    private readonly ConcurrentDictionary<int, SegmentBuffer> _buffers = new();

    /// <summary>Gives up what is left of the operation when it fails.</summary>
    private bool _succeeded;

    /// <summary>For segments that are fetched: where their memory comes from.</summary>
    public Func<GetBlockCall, SegmentBuffer>? RentForFetch { get; init; }

    /// <summary>What clouds have said already; null for nothing.</summary>
    public KnownListings? Known { get; init; }

    /// <summary>Gives the core an input, from any thread.</summary>
    public void Post(Input input) => _inputs.Writer.TryWrite(input);

    /// <summary>
    /// The memory of a segment, for the calls about it; the host holds a reference until <see cref="RemoveBuffer"/>.
    /// </summary>
    public void AddBuffer(int segment, SegmentBuffer buffer)
    {
        if (!_buffers.TryAdd(segment, buffer))
            throw new InvalidOperationException($"Segment {segment} has its memory already.");
    }

    /// <summary>Takes the memory out again, with the host's reference.</summary>
    public SegmentBuffer RemoveBuffer(int segment) => _buffers.TryRemove(segment, out SegmentBuffer? buffer)
        ? buffer
        : throw new InvalidOperationException($"Segment {segment} has no memory, or it was given back before.");

    /// <summary>Runs until the core is done.</summary>
    /// <param name="perform">Carries out the effects that are not calls, in order with them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunAsync(Action<Effect> perform, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(() => Post(TickInput.Instance));
        await using ITimer timer =
            services.Time.CreateTimer(
                _ => Post(TickInput.Instance), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Input input = StartInput.Instance;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // One that was abandoned while its answer was on the way is no longer awaited.
            if (input is not AnswerInput answer || _running.Remove(answer.Call))
                core.Step(input, services.NowMicros, _effects);
            foreach (Effect effect in _effects.Effects) Perform(effect, perform);
            _effects.Clear();
            if (core.IsDone) return;
            if (!_inputs.Reader.TryRead(out Input? next)) next = await NextAsync(timer).ConfigureAwait(false);
            input = next;
        }
    }

    /// <summary>The operation has succeeded: small records may still reach the clouds that were slower.</summary>
    public void LetGoOn() => _succeeded = true;

    /// <summary>Waits for an input, until the core's next deadline.</summary>
    private async ValueTask<Input> NextAsync(ITimer timer)
    {
        if (core.NextDeadlineMicros is not long.MaxValue and long due)
        {
            long waitMicros = due - services.NowMicros;
            if (waitMicros <= 0) return TickInput.Instance;
            // Timers cut off fractions of milliseconds.
            TimeSpan wait = TimeSpan.FromMilliseconds(Math.Ceiling(waitMicros / 1000.0));
            timer.Change(wait < WaitMax ? wait : WaitMax, Timeout.InfiniteTimeSpan);
        }
        return await _inputs.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void Perform(Effect effect, Action<Effect> perform)
    {
        switch (effect)
        {
            case StartCallEffect start:
                Start(start.Id, start.Call);
                break;
            case AbandonCallEffect abandon:
                if (_running.Remove(abandon.Id, out RunningCall abandoned)) abandoned.Cancellation.Cancel();
                break;
            default:
                perform(effect);
                break;
        }
    }

    private void Start(CallId id, CloudCall call)
    {
        if (Known?.Take(call) is { } known)
        {
            _running.Add(id, new RunningCall(call, new CancellationTokenSource(), Task.CompletedTask));
            Post(new AnswerInput(id, known));
            return;
        }
        (SegmentBuffer? buffer, int place) = call switch
        {
            PutBlockCall put => (_buffers[put.Segment], placeOf(put.Cloud)),
            GetBlockCall get => (FetchBuffer(get), placeOf(get.Cloud)),
            _ => (null, 0),
        };
        buffer?.AddReference();
        if (call is GetBlockCall) buffer!.BeginWriting(place);
        CancellationTokenSource cancellation = new();
        long startedMicros = services.NowMicros;
        Task task = Task.Run(async () =>
        {
            CloudAnswer answer = await caller.RunAsync(call, buffer, place, cancellation.Token).ConfigureAwait(false);
            if (call is GetBlockCall) buffer!.EndWriting(place);
            buffer?.Release();
            bool isWanted = !cancellation.IsCancellationRequested;
            if (isWanted) services.Statistics.Learn(call, answer, services.NowMicros - startedMicros);
            Post(new AnswerInput(id, answer));
        }, CancellationToken.None);
        _running.Add(id, new RunningCall(call, cancellation, task));
    }

    private SegmentBuffer FetchBuffer(GetBlockCall call) =>
        _buffers.GetOrAdd(call.Segment, static (_, get) => get.Rent(get.Call), (Call: call, Rent: RentForFetch!));

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
