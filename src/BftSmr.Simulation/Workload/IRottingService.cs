namespace BftSmr.Simulation.Workload;

/// <summary>A service whose memory can be damaged.</summary>
internal interface IRottingService
{
    /// <summary>A bit of one of its records turns, without any command. False if there is none.</summary>
    bool TryRot(int place);
}
