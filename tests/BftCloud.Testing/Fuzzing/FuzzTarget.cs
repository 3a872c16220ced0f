namespace BftCloud.Testing.Fuzzing;

/// <summary>
/// A decoder of what others wrote, and what is known of it: how to make input that it accepts, how it refuses, and what
/// an input may cost.
/// </summary>
/// <param name="Name">What it decodes; the name of its tests.</param>
/// <param name="Valid">Makes an input that the decoder accepts; equal randomness, equal input.</param>
/// <param name="Accepts">Runs the decoder, and all that reads lazily from its result. May throw one of
/// <see cref="Refusals"/>, which counts as false, and nothing else.</param>
internal sealed record FuzzTarget(string Name, Func<Random, byte[]> Valid, Func<byte[], bool> Accepts)
{
    /// <summary>
    /// Of a format in which equal values have equal bytes: the encoding of what the input was decoded to, or null if it
    /// was refused. Must be the input again.
    /// </summary>
    public Func<byte[], byte[]?>? Again { get; init; }

    /// <summary>
    /// Of a format in which a value has several spellings: the encoding of what the input was decoded to. Decoding and
    /// encoding that must change nothing more.
    /// </summary>
    public Func<byte[], byte[]>? Normal { get; init; }

    /// <summary>The errors by which the decoder is declared to refuse. Exactly these types.</summary>
    public IReadOnlyList<Type> Refusals { get; init; } = [];

    /// <summary>What an input may make the decoder allocate: so much…</summary>
    public long AllocatedBytes { get; init; } = 4096;

    /// <summary>…and so much for each of its bytes.</summary>
    public long AllocatedBytesPerByte { get; init; } = 40;

    /// <summary>Pieces of the format that are unlikely to come about by changing bytes.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>
    /// Rounds of a short run; each of them begins with a few valid inputs and changes them many times.
    /// </summary>
    public int Rounds { get; init; } = 40;

    /// <summary>The decoder does work of its own on other threads, whose allocations cannot be attributed.</summary>
    public bool IsAsynchronous { get; init; }

    public override string ToString() => Name;
}
