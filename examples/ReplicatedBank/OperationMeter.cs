using System.Diagnostics.Metrics;
using BftSmr;

namespace ReplicatedBank;

/// <summary>Listens to the library's meter, as OpenTelemetry does: how many operations, and their time.</summary>
internal sealed class OperationMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private long _count;
    private double _seconds;

    public OperationMeter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == BftDiagnostics.MeterName
                && instrument.Name == "bftsmr.client.operation.duration") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            lock (_gate) (_count, _seconds) = (_count + 1, _seconds + seconds);
        });
        _listener.Start();
    }

    public override string ToString()
    {
        lock (_gate) return $"{_count} operations, {1000 * _seconds / Math.Max(1, _count):F1} ms each in the mean";
    }

    public void Dispose() => _listener.Dispose();
}
