using System.CommandLine;

namespace BftCloud.Replica;

/// <summary><c>bftcloud replica</c>: one replica process.</summary>
internal static class ReplicaCommand
{
    public static Command Create() => new("replica", "One replica process.") { ReplicaRunCommand.Create() };
}
