using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>What the correct clients of a <see cref="SteadyLoad"/> got while they were measured.</summary>
/// <param name="Completed">Operations that completed.</param>
/// <param name="MeasuredMicros">How long they were measured, microseconds.</param>
/// <param name="LongestWaitMicros">The longest wait for any one operation, from its beginning, or that of measuring, to
/// its end.</param>
public sealed record LoadReport(int Completed, long MeasuredMicros, long LongestWaitMicros)
{
    /// <summary>Completed operations a second.</summary>
    public double Throughput => MeasuredMicros == 0 ? 0 : Completed * 1e6 / MeasuredMicros;

    /// <summary>
    /// Of operations that were begun at any time; one that never ended waited until the end of the run.
    /// </summary>
    internal static LoadReport Of(
        IEnumerable<RecordedOperation> operations, long fromMicros, long toMicros, long endMicros)
    {
        int completed = 0;
        long longest = 0;
        foreach (RecordedOperation operation in operations)
        {
            if (operation.CompletedMicros <= fromMicros || operation.InvokedMicros >= toMicros) continue;
            if (operation.CompletedMicros <= toMicros) completed++;
            long until = Math.Min(operation.CompletedMicros, endMicros);
            longest = Math.Max(longest, until - Math.Max(fromMicros, operation.InvokedMicros));
        }
        return new LoadReport(completed, Math.Max(0, toMicros - fromMicros), longest);
    }
}
