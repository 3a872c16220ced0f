using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>
/// Planted bugs: what a wrong host or wrong arithmetic would do. Without any of them, nothing is changed.
/// </summary>
internal sealed record SimulationFaults
{
    public static SimulationFaults None { get; } = new();

    /// <summary>Added to the number of clouds that must acknowledge or answer.</summary>
    public int QuorumError { get; init; }

    /// <summary>Added to f when clouds are made faulty.</summary>
    public int MoreFaulty { get; init; }

    /// <summary>A failure counts as an acknowledgement, as in DepSky's Java implementation.</summary>
    public bool FailuresAcknowledge { get; init; }

    /// <summary>Blocks are not compared with their digests.</summary>
    public bool DigestsUnchecked { get; init; }

    /// <summary>Blocks are acknowledged, and never sent.</summary>
    public bool BlocksNeverSent { get; init; }

    /// <summary>Attempts are not announced before their metadata.</summary>
    public bool PartsNeverSent { get; init; }

    /// <summary>Superseded versions are collected at once.</summary>
    public bool IgnoresRetention { get; init; }

    public CloudQuorums Quorums(int clouds, int faulty)
    {
        CloudQuorums right = new(clouds, faulty);
        return right with { Available = right.Available + QuorumError };
    }

    public bool IsLostBeforeStored(CloudCall call) =>
        (BlocksNeverSent && call is PutBlockCall)
        || (PartsNeverSent && call is PutCall
            && call.Name.EndsWith(UnitLayout.PartSuffix, StringComparison.Ordinal));

    public CloudAnswer Change(CloudCall call, CloudAnswer answer, byte[]? block)
    {
        if (FailuresAcknowledge && call is (PutCall or PutBlockCall) && answer is Failed) return CloudAnswer.Done;
        if (DigestsUnchecked && call is GetBlockCall get && answer is Failed { Kind: CloudFailure.Broken }
            && block?.Length == get.BlockBytes)
            return CloudAnswer.Done;
        return answer;
    }
}
