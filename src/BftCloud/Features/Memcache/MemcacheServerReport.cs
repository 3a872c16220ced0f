namespace BftCloud.Features.Memcache;

/// <summary>What a server says of itself.</summary>
/// <param name="Server">Its address.</param>
/// <param name="Statistics">Names and values, in its order.</param>
internal sealed record MemcacheServerReport(string Server, Dictionary<string, string> Statistics);
