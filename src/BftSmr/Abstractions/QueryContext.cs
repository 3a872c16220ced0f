using BftCloud.Primitives;

namespace BftSmr;

/// <summary>The client that asks a query, and the time of the state that answers it.</summary>
/// <param name="Client">The identity that asks.</param>
/// <param name="Rights">The rights of that identity. <see cref="ClientRights.Read"/> is among them: a replica refuses
/// the query of a client without it.</param>
/// <param name="AgreedTimeMicros">The agreed time of the last executed batch, microseconds since the Unix
/// epoch.</param>
public readonly record struct QueryContext(ClientId Client, ClientRights Rights, long AgreedTimeMicros);
