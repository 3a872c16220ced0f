using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Ordering;
using BftSmr.Ordering.ModSmart;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Ordering.ModSmart.Recovery;
using BftSmr.Requests;

namespace BftSmr.Tests.Ordering.ModSmart;

/// <summary>The parts of one replica that vote, put together as a replica does.</summary>
internal sealed class VotingParts
{
    public VotingParts(ReplicaContext context)
    {
        BatchPacing pacing = new();
        Log = new DecidedLog(context, ModSmartProtocol.Instance.CreateInstance);
        Progress = new PeerProgress(context);
        Requests = new RequestPool(context, pacing);
        CheckpointLedger checkpoints = new(context);
        Recovery = new NonVotingRecovery(context, Log, Progress);
        Window = new ConsensusWindow(context, Log, checkpoints, Recovery);
        Ordering = ModSmartProtocol.Instance.CreateOrdering(
            new OrderingParts(context, Log, checkpoints, Requests, pacing, Progress, new FetchAllowance(context)));
    }

    public DecidedLog Log { get; }
    public PeerProgress Progress { get; }
    public RequestPool Requests { get; }
    public NonVotingRecovery Recovery { get; }
    public ConsensusWindow Window { get; }

    /// <summary>An ordering on the same log, with votes of its own.</summary>
    public IOrdering Ordering { get; }
}
