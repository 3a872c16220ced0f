using System.CommandLine;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky verify</c>: reads every block in every cloud, and names what is wrong.</summary>
internal static class DepSkyVerifyCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string[]> units = DepSkyTarget.UnitsArgument();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "verify", "Checks every block and share of objects in every cloud. Ends with 1 if anything is wrong.")
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
                        $"verify {unit}", null, progress => client.VerifyAsync(unit, progress, cancellationToken)));
            }
            DepSkyOutput.WriteReports(reports, result.GetValue(json), result.GetValue(target.Config)!);
            return reports.All(static report => report.IsSound) ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }
}
