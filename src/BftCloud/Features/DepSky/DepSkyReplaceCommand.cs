using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using DepSky;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky replace</c>: fills a cloud that took the place of another.</summary>
internal static class DepSkyReplaceCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> cloud = new("CLOUD")
        {
            Description = "The cloud's name in the configuration, which says already where the new one is.",
        };
        Command command = new(
            "replace",
            "Fills a new cloud with what the old one in its place should have held. "
            + "First change the cloud's entry in the configuration to the new one; then run this. "
            + "Readers and writers go on meanwhile.")
        {
            target.Config, cloud,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string name = result.GetRequiredValue(cloud), file = result.GetValue(target.Config)!;
            string[] names = [.. DepSkyConfiguration.Load(file).Clouds.Select(static cloud => cloud.Name)];
            if (!names.Contains(name, StringComparer.Ordinal))
                throw new CommandFailedException($"{file} has no cloud '{name}'; it has {string.Join(", ", names)}.");
            int units = 0, rebuilt = 0;
            List<VerificationReport> wrong = [];
            foreach (string unit in await DepSkyTarget.UnitsAsync(client, null, cancellationToken))
            {
                VerificationReport report = await TransferProgress.RunAsync(
                    $"replace {name}: {unit}", null, progress => client.RepairAsync(unit, progress, cancellationToken));
                units++;
                rebuilt += report.Mended.Count(flaw => flaw.Cloud == name);
                if (!report.IsSound) wrong.Add(report);
            }
            if (wrong.Count > 0) DepSkyOutput.WriteReports(wrong, json: false, file);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture, $"Rebuilt {rebuilt} pieces of {units} objects in '{name}'."));
            return wrong.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }
}
