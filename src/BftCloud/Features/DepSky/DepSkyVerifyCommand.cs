using System.CommandLine;
using System.Runtime.CompilerServices;
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
            string[]? named = result.GetValue(units);
            IAsyncEnumerable<VerificationReport> reports = named is { Length: > 0 }
                ? EachAsync(client, named, cancellationToken)
                : client.VerifyAllAsync(cancellationToken: cancellationToken);
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
                $"verify {unit}", null, progress => client.VerifyAsync(unit, progress, cancellationToken));
        }
    }
}
