namespace KvStore.Gateway.Details;

/// <summary>Where keys stand among a command's arguments, and what the command does with them.</summary>
/// <param name="Index">The argument at which they begin, or which counts those behind it.</param>
/// <param name="Uses">What the command does with them.</param>
internal sealed record KeySpec(int Index, KeyUses Uses)
{
    /// <summary>The last key, counted from the first; negative: from the end of the arguments.</summary>
    public int Last { get; private init; }

    /// <summary>How far one key is from the next.</summary>
    public int Step { get; private init; } = 1;

    /// <summary>The argument at <see cref="Index"/> tells how many keys follow.</summary>
    public bool IsCounted { get; private init; }

    /// <summary>What Redis remarks.</summary>
    public string? Notes { get; init; }

    /// <summary>One key.</summary>
    public static KeySpec Key(int index, KeyUses uses) => new(index, uses);

    /// <summary>Keys up to the last argument, or another.</summary>
    public static KeySpec Keys(int index, KeyUses uses, int last = -1, int step = 1) =>
        new(index, uses) { Last = last, Step = step };

    /// <summary>A number, and as many keys.</summary>
    public static KeySpec Counted(int index, KeyUses uses) => new(index, uses) { IsCounted = true };
}
