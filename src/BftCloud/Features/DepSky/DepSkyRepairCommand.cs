using System.CommandLine;
using System.Runtime.CompilerServices;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky repair</c>: rebuilds what is missing or damaged, while readers go on.</summary>
internal static class DepSkyRepairCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string[]> units = DepSkyTarget.UnitsArgument();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "repair",
            "Rebuilds every missing or damaged block and share of objects, also in a cloud that took the place of "
            + "another. Ends with 1 if anything is still wrong.")
        {
            target.Config, units, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string[]? named = result.GetValue(units);
            IAsyncEnumerable<VerificationReport> reports = named is { Length: > 0 }
                ? EachAsync(client, named, cancellationToken)
                : client.RepairAllAsync(cancellationToken: cancellationToken);
            (_, int broken) = await DepSkyOutput.WriteReportsAsync(
                reports, result.GetValue(json), result.GetValue(target.Config)!, cancellationToken);
            return broken == 0 ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static async IAsyncEnumerable<VerificationReport> EachAsync(
        DepSkyClient client, string[] units, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string unit in units)
        {
            yield return await TransferProgress.RunAsync(
                $"repair {unit}", null, progress => client.RepairAsync(unit, progress, cancellationToken));
        }
    }
}
