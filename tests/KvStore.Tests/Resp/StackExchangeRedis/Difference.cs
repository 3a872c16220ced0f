namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>A behaviour that is not the same, and why.</summary>
/// <param name="Behaviour">Its name.</param>
/// <param name="Redis">What the client's user sees of Redis, line by line.</param>
/// <param name="Gateway">What it sees of the gateway, line by line.</param>
/// <param name="Why">The reason.</param>
internal sealed record Difference(string Behaviour, string[] Redis, string[] Gateway, string Why);
