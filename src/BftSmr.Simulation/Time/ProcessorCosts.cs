namespace BftSmr.Simulation;

/// <summary>
/// What a replica's one thread takes for what it does, nanoseconds. Its inputs wait while it is busy. Signatures and
/// MACs are counted where the product's code makes and checks them.
/// </summary>
public sealed record ProcessorCosts
{
    /// <summary>
    /// Figures of one core of a shared machine, of <c>bftcloud bench machine</c> and <c>bench echo</c>.
    /// </summary>
    public static ProcessorCosts Measured { get; } = new()
    {
        FrameNanos = 2_500,
        SendNanos = 1_500,
        KibibyteNanos = 1_500,
        SignatureNanos = 25_000,
        SignatureCheckNanos = 70_000,
        MacNanos = 1_000,
        ExecutionNanos = 1_000,
        QueryNanos = 1_000,
    };

    /// <summary>To read, decode and dispatch a frame.</summary>
    public long FrameNanos { get; init; }

    /// <summary>To encode and send a frame, a reply for example.</summary>
    public long SendNanos { get; init; }

    /// <summary>For each 1,024 bytes of a frame that is read or sent, and of a result.</summary>
    public long KibibyteNanos { get; init; }

    /// <summary>To make a signature.</summary>
    public long SignatureNanos { get; init; }

    /// <summary>To check a signature.</summary>
    public long SignatureCheckNanos { get; init; }

    /// <summary>To make or check a MAC.</summary>
    public long MacNanos { get; init; }

    /// <summary>To execute a command.</summary>
    public long ExecutionNanos { get; init; }

    /// <summary>To answer an unordered read.</summary>
    public long QueryNanos { get; init; }

    /// <summary>A processor that is slower by this factor, so that fewer messages keep it busy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is less than 1.</exception>
    public ProcessorCosts SlowerBy(int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        return new ProcessorCosts
        {
            FrameNanos = FrameNanos * factor,
            SendNanos = SendNanos * factor,
            KibibyteNanos = KibibyteNanos * factor,
            SignatureNanos = SignatureNanos * factor,
            SignatureCheckNanos = SignatureCheckNanos * factor,
            MacNanos = MacNanos * factor,
            ExecutionNanos = ExecutionNanos * factor,
            QueryNanos = QueryNanos * factor,
        };
    }
}
