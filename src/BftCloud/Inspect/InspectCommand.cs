using System.CommandLine;

namespace BftCloud.Inspect;

/// <summary><c>bftcloud inspect</c>: reads files of a cluster without changing them.</summary>
internal static class InspectCommand
{
    public static Command Create() => new("inspect", "Reads files of a cluster without changing them.")
    {
        InspectLogCommand.Create(),
        InspectCheckpointCommand.Create(),
        InspectConfigCommand.Create(),
    };
}
