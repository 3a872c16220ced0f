namespace BftCloud.Tests.Clusters;

/// <summary>
/// Tests with real replica processes: one after the other and with the machine to themselves, as they look at how long
/// things take.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection
{
    public const string Name = "Clusters of processes";
}
