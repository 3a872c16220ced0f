using System.CommandLine;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky</c>: objects over several clouds of which some may be faulty.</summary>
internal static class DepSkyCommand
{
    public static Command Create()
    {
        DepSkyTarget target = new(new Option<string>("--config")
        {
            Description = "The configuration: a depsky.json, made by 'bftcloud depsky init'.",
            HelpName = "FILE",
            Required = true,
        },
        new Option<bool>("--verbose")
        {
            Description = "Also tell how many requests to each cloud were tried again.", Recursive = true,
        });
        return new Command(
            DepSkyFeature.Name, "Stores objects over 3f+1 clouds of which f may lie, lose, leak or vanish.")
        {
            target.Verbose,
            DepSkyInitCommand.Create(),
            DepSkyPutCommand.Create(target),
            DepSkyGetCommand.Create(target),
            DepSkyListCommand.Create(target),
            DepSkyRemoveCommand.Create(target),
            DepSkyStatCommand.Create(target),
            DepSkyVerifyCommand.Create(target),
            DepSkyRepairCommand.Create(target),
            DepSkyReplaceCommand.Create(target),
            DepSkyLockCommand.Create(target),
            DepSkyCollectCommand.Create(target),
            DepSkyDemoCommand.Create(),
        };
    }
}
