namespace DepSky.Protocol;

/// <summary>What came of a <see cref="CloudCall"/>.</summary>
internal abstract record CloudAnswer
{
    /// <summary>An answer without content.</summary>
    public static CloudAnswer Done { get; } = new Done();
}

/// <summary>It was done.</summary>
internal sealed record Done : CloudAnswer;

/// <summary>The names, in no particular order, as the cloud gave them.</summary>
internal sealed record Listed(IReadOnlyList<string> Names) : CloudAnswer;

/// <summary>The content; longer than was asked for by one byte if the object is.</summary>
internal sealed record Got(ReadOnlyMemory<byte> Content) : CloudAnswer;

/// <summary>It was not done, or not for sure.</summary>
internal sealed record Failed(CloudFailure Kind, string Reason) : CloudAnswer;
