namespace BftSmr.Client.Core;

/// <summary>
/// The adaptive retransmission timeout of RFC 6298, in microseconds: smoothed round-trip time plus four deviations,
/// doubled with every expiry until an operation that was sent only once has been answered (Karn's rule).
/// </summary>
internal sealed class RetransmissionTimer(ClientSettings settings)
{
    private long _base = settings.RetransmissionInitialMicros;
    private long _smoothed = -1;
    private long _deviation;
    private int _doublings;

    /// <summary>The current timeout.</summary>
    public long TimeoutMicros => Clamp(_base << _doublings);

    /// <summary>Half of the round-trip time: what answers of two replicas to one operation may lie apart.</summary>
    public long GraceMicros => Clamp(_smoothed / 2);

    /// <summary>An operation that was sent once was answered after this long.</summary>
    public void Measure(long roundTripMicros)
    {
        if (_smoothed < 0)
        {
            _smoothed = roundTripMicros;
            _deviation = roundTripMicros / 2;
        }
        else
        {
            _deviation += (Math.Abs(_smoothed - roundTripMicros) - _deviation) / 4;
            _smoothed += (roundTripMicros - _smoothed) / 8;
        }
        _base = Clamp(_smoothed + 4 * _deviation);
        _doublings = 0;
    }

    /// <summary>Nothing came in time.</summary>
    public void BackOff()
    {
        if (TimeoutMicros < settings.RetransmissionMaxMicros) _doublings++;
    }

    private long Clamp(long timeout) =>
        Math.Clamp(timeout, settings.RetransmissionMinMicros, settings.RetransmissionMaxMicros);
}
