using System.CommandLine;
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
            List<VerificationReport> reports = [];
            foreach (string unit in await DepSkyTarget.UnitsAsync(client, result.GetValue(units), cancellationToken))
            {
                reports.Add(
                    await TransferProgress.RunAsync(
                        $"repair {unit}", null, progress => client.RepairAsync(unit, progress, cancellationToken)));
            }
            DepSkyOutput.WriteReports(reports, result.GetValue(json), result.GetValue(target.Config)!);
            return reports.All(static report => report.IsSound) ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }
}
