using System.CommandLine;

namespace BftCloud.Common;

/// <summary>Options that mean the same in every command.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON rather than text for people." };

    public static Option<string> Cluster() => new("--cluster")
    {
        Description = "The cluster's directory, made by 'bftcloud cluster init'.",
        HelpName = "DIR",
        Required = true,
        Recursive = true,
    };

    public static Option<Duration> Timeout() => new("--timeout")
    {
        Description = "How long to wait for the cluster before giving up.",
        DefaultValueFactory = static _ => Duration.Seconds(30),
        CustomParser = Duration.Parse,
        HelpName = "TIME",
        Recursive = true,
    };
}
