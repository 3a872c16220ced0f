using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Replica;

/// <summary><c>bftcloud replica</c>: one replica process.</summary>
internal static class ReplicaCommand
{
    public static Command Create(ServiceCatalog services) =>
        new("replica", "One replica process.") { ReplicaRunCommand.Create(services) };
}
