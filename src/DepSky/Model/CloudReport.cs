namespace DepSky;

/// <summary>What a client has seen of a cloud since it was made.</summary>
/// <param name="Cloud">Its name.</param>
/// <param name="Retries">How many requests were sent again because the cloud was busy or broke off.</param>
/// <param name="Failures">How many requests failed, or brought what was not asked for, in the end.</param>
/// <param name="Faults">The first failure of each kind.</param>
public sealed record CloudReport(string Cloud, long Retries, long Failures, IReadOnlyList<CloudFault> Faults);
