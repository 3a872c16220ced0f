using System.Globalization;
using System.Text;

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

    /// <summary>What each direction of each link carries; null if any amount takes no time.</summary>
    public LinkBandwidth? Bandwidth { get; init; }

    /// <summary>Distance and bandwidth are no fault, and stay as they are when all faults are mended.</summary>
    public bool IsLasting { get; init; }

    /// <summary>The network after healing.</summary>
    internal NetworkConditions Healed() => !IsLasting
        ? Calm
        : Calm with
        {
            LatencyMinMicros = LatencyMinMicros, LatencyMaxMicros = LatencyMaxMicros, Bandwidth = Bandwidth,
            IsLasting = true,
        };

    /// <summary>What is not set is not told, as the story of a seed is to stay as it is.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"LatencyMinMicros = {LatencyMinMicros}, LatencyMaxMicros = {LatencyMaxMicros}, "
            + $"SpikeShare = {SpikeShare}, SpikeMaxMicros = {SpikeMaxMicros}, LossShare = {LossShare}, "
            + $"Datagrams = {Datagrams}, DuplicationShare = {DuplicationShare}, "
            + $"FramesInFlightMax = {FramesInFlightMax}");
        if (Bandwidth is not null) text.Append(CultureInfo.InvariantCulture, $", Bandwidth = {Bandwidth}");
        if (IsLasting) text.Append(", IsLasting = True");
        return true;
    }
}
