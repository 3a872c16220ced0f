namespace BftSmr.Simulation.Network;

/// <summary>What travels on a link.</summary>
/// <param name="Bytes">The frame.</param>
/// <param name="IsBulk">The product has another connection for it, which comes after all else.</param>
internal readonly record struct NetworkFrame(ReadOnlyMemory<byte> Bytes, bool IsBulk);
