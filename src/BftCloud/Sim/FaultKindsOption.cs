using System.CommandLine.Parsing;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary>Kinds of faults as people write them: <c>crashes,partitions</c>.</summary>
internal static class FaultKindsOption
{
    public static FaultKinds? Parse(ArgumentResult result)
    {
        FaultKinds kinds = FaultKinds.None;
        const StringSplitOptions Names = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string name in result.Tokens.SelectMany(static t => t.Value.Split(',', Names)))
        {
            if (Enum.TryParse(name, ignoreCase: true, out FaultKinds kind) && Enum.IsDefined(kind)
                && !char.IsAsciiDigit(name[0]))
            {
                kinds |= kind;
                continue;
            }
            result.AddError(
                $"'{name}' is no kind of fault. There are: "
                + $"{string.Join(", ", Enum.GetNames<FaultKinds>()).ToLowerInvariant()}.");
            return null;
        }
        return kinds;
    }
}
