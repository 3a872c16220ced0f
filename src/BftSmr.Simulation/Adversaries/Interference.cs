using BftCloud.Primitives;

namespace BftSmr.Simulation;

/// <summary>What a Byzantine node does to all messages of one type that it sends; otherwise it is correct.</summary>
/// <param name="Replica">The replica that does it; null for a Byzantine client.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Message">The type of the messages, as <c>Propose</c>, or <c>Submit</c> of a client.</param>
/// <param name="Amount">How much: see <see cref="InterferenceKind"/>.</param>
public sealed record Interference(ReplicaId? Replica, InterferenceKind Kind, string Message, int Amount)
{
    /// <summary>Types of messages between replicas.</summary>
    internal static IReadOnlyList<string> PeerMessages { get; } =
    [
        "Propose", "Write", "Accept", "Refuse", "Forward", "Stop", "StopData", "Sync", "Checkpoint", "Status",
        "FetchSync", "FetchBatch", "BatchBody", "FetchDecided", "Decided", "FetchCheckpoint", "CheckpointOffer",
        "FetchPiece", "Piece", "Vouch", "RelayRead", "VouchRead",
    ];

    /// <summary>Types of messages of a replica to clients.</summary>
    internal static IReadOnlyList<string> Answers { get; } = ["Reply", "ReadReply"];

    /// <summary>Types of messages of a client.</summary>
    internal static IReadOnlyList<string> ClientMessages { get; } = ["Attach", "Submit", "Read"];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Replica is { } replica ? replica.ToString() : "client")} {Kind} {Message} {Amount}";
}
