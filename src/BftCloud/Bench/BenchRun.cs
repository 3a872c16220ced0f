using System.Diagnostics;

namespace BftCloud.Bench;

/// <summary>
/// Closed loops: each client begins its next operation when the one before has ended. Counts what completes between the
/// end of the warm-up and the end of the measurement.
/// </summary>
internal sealed class BenchRun(BenchPlan plan, BenchWorkload workload, ReplicaMeter meter)
{
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(500);

    private readonly BenchLoop[] _loops = [.. Enumerable.Range(0, plan.Clients).Select(static _ => new BenchLoop())];

    /// <summary>Runs it.</summary>
    /// <param name="clients">One session for each loop.</param>
    /// <param name="progress">Told twice a second: the share of the measurement that is over, and operations so
    /// far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BenchReport> RunAsync(
        BenchClients clients, Action<double, long> progress, CancellationToken cancellationToken)
    {
        IBenchLoad load = workload.Create(plan);
        await load.PrepareAsync(clients[0], cancellationToken);
        Task[] running =
        [
            .. _loops.Select(
                (loop, i) => Task.Run(() => loop.RunAsync(load.Operation(clients[i], i)), cancellationToken))
        ];
        double seconds;
        IReadOnlyList<BenchReplica> replicas;
        BenchRecorder recorder = new(meter.Count);
        try
        {
            await Task.Delay(plan.WarmUp, cancellationToken);
            meter.Begin();
            long begin = Stopwatch.GetTimestamp();
            foreach (BenchLoop loop in _loops) loop.Phase = BenchPhase.Measure;
            recorder.Add(0, 0, meter.Sample());
            for (TimeSpan over = TimeSpan.Zero; over < plan.Duration; over = Stopwatch.GetElapsedTime(begin))
            {
                progress(over / plan.Duration, _loops.Sum(static loop => loop.Operations));
                await Task.Delay(
                    plan.Duration - over < SamplePeriod ? plan.Duration - over : SamplePeriod, cancellationToken);
                recorder.Add(
                    Stopwatch.GetElapsedTime(begin).TotalSeconds, _loops.Sum(static loop => loop.Operations),
                    meter.Sample());
            }
            foreach (BenchLoop loop in _loops) loop.Phase = BenchPhase.Stop;
            seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            replicas = meter.End();
        }
        finally
        {
            foreach (BenchLoop loop in _loops) loop.Phase = BenchPhase.Stop;
        }
        await Task.WhenAll(running);
        return Report(seconds, replicas, recorder.Timeline());
    }

    private BenchReport Report(double seconds, IReadOnlyList<BenchReplica> replicas, BenchTimeline timeline)
    {
        LatencyHistogram latency = new();
        foreach (BenchLoop loop in _loops) latency.Add(loop.Latency);
        return new BenchReport(
            workload.Name, plan.Clients, plan.RequestBytes, plan.ReplyBytes, Math.Round(seconds, 3), latency.Count,
            _loops.Sum(static loop => loop.Errors),
            Math.Round(latency.Count / seconds, 1),
            new BenchLatency(
                Ms(latency.QuantileMicros(0.5)), Ms(latency.QuantileMicros(0.9)), Ms(latency.QuantileMicros(0.99)),
                Ms(latency.QuantileMicros(0.999)), Ms(latency.MaxMicros)),
            replicas, [.. latency.Bins()], timeline);
    }

    private static double Ms(long micros) => micros / 1000.0;
}
