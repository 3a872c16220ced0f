using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky demo</c>: shows in a few seconds what DepSky is for, on four folders.</summary>
internal static class DepSkyDemoCommand
{
    public static Command Create()
    {
        Command command = new(
            "demo",
            "Shows on four folders what DepSky is for: one cloud is destroyed, another one lies, and nothing is lost. "
            + "Takes a few seconds, and cleans up.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await DepSkyDemonstration.RunAsync(Console.Out, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
