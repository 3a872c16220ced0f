namespace BftSmr.Simulation;

/// <summary>How well the simulated network carries frames. Times in microseconds, shares from 0 to 1.</summary>
public sealed record NetworkConditions
{
    /// <summary>Quick and perfect: what the network is after healing.</summary>
    public static NetworkConditions Calm { get; } = new();

    /// <summary>The least time a frame takes.</summary>
    public long LatencyMinMicros { get; init; } = 100;

    /// <summary>The most time a frame takes, but for spikes.</summary>
    public long LatencyMaxMicros { get; init; } = 500;

    /// <summary>Share of frames that take up to <see cref="SpikeMaxMicros"/> longer.</summary>
    public double SpikeShare { get; init; }

    /// <summary>The longest spike.</summary>
    public long SpikeMaxMicros { get; init; } = 50_000;

    /// <summary>Share of frames that are lost although their link stays up, as when a bounded queue is full.</summary>
    public double LossShare { get; init; }

    /// <summary>
    /// False: links are streams, as TCP's are; what arrives, arrives in order and once, and a stream that stays blocked
    /// breaks. True: every frame fends for itself, so order is not kept, and <see cref="DuplicationShare"/> counts.
    /// </summary>
    public bool Datagrams { get; init; }

    /// <summary>Share of frames that arrive twice; of datagrams only.</summary>
    public double DuplicationShare { get; init; }

    /// <summary>Frames that may be on their way in one direction of a link; what is sent beyond is lost.</summary>
    public int FramesInFlightMax { get; init; } = 10_000;
}
