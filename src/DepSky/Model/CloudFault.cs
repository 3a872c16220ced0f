namespace DepSky;

/// <summary>What a cloud did wrong in an operation.</summary>
/// <param name="Cloud">Its name.</param>
/// <param name="Kind">What kind of failure it was.</param>
/// <param name="What">What was asked and what came.</param>
public sealed record CloudFault(string Cloud, CloudFailure Kind, string What)
{
    /// <summary>"cloud: what".</summary>
    public override string ToString() => $"{Cloud}: {What}";
}
