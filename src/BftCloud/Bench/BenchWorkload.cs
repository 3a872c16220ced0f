namespace BftCloud.Bench;

/// <summary>A load that <c>bftcloud bench NAME</c> puts on a cluster.</summary>
/// <param name="Name">The command's name, and the load's name in reports.</param>
/// <param name="Service">The service that the cluster has to run.</param>
/// <param name="Description">For the command's help.</param>
/// <param name="Create">Makes the load that a plan asks for.</param>
internal sealed record BenchWorkload(
    string Name, string Service, string Description, Func<BenchPlan, IBenchLoad> Create);
