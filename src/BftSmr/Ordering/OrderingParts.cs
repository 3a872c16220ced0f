using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Requests;

namespace BftSmr.Ordering;

/// <summary>The parts of a replica that an ordering works with.</summary>
/// <param name="Context">The replica's settings, the time, and where effects go.</param>
/// <param name="Log">What is decided and executed.</param>
/// <param name="Checkpoints">Which checkpoint is stable.</param>
/// <param name="Requests">What clients wait for.</param>
/// <param name="Pacing">When a batch is due.</param>
/// <param name="Progress">Where the others say they stand.</param>
/// <param name="Fetches">How much each of the others may still ask for.</param>
internal sealed record OrderingParts(
    ReplicaContext Context, DecidedLog Log, CheckpointLedger Checkpoints, RequestPool Requests, BatchPacing Pacing,
    PeerProgress Progress, FetchAllowance Fetches);
