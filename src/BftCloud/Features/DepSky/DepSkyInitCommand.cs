using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using DepSky;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky init</c>: a configuration with keys, and folders as its clouds.</summary>
internal static class DepSkyInitCommand
{
    public static Command Create()
    {
        Option<int> local = new("--local")
        {
            Description = "How many clouds, each a folder: 4 tolerate one faulty cloud, 7 tolerate two.",
            DefaultValueFactory = static _ => 4,
            HelpName = "N",
        };
        Option<int?> faulty = new("--f")
        {
            Description = "How many of them may be faulty; by default as many as N clouds tolerate.", HelpName = "F",
        };
        Option<DataProtection> protection = new("--protection")
        {
            Description = "confidential: encrypted and cut, f clouds learn nothing; replicated: "
                + "every cloud holds all of it, in clear.",
            DefaultValueFactory = static _ => DataProtection.Confidential,
        };
        Option<bool> readerKey = new("--reader-key")
        {
            Description = "Make a key that readers need besides: then even all clouds together cannot read. "
                + "If it is lost, so is the content.",
        };
        Option<string> output = new("--out")
        {
            Description = "The directory to make; new or empty.", Required = true, HelpName = "DIR",
        };
        Command command = new(
            "init", "Makes a configuration with fresh keys, its clouds being folders; edit the file to use real ones.")
        {
            local, faulty, protection, readerKey, output,
        };
        command.SetAction(result =>
        {
            string path = result.GetValue(output)!;
            DepSkyDirectory.Create(
                path, result.GetValue(local), result.GetValue(faulty), result.GetValue(protection),
                result.GetValue(readerKey));
            string file = Path.Combine(path, DepSkyDirectory.ConfigurationFileName);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Made {file}, with {result.GetValue(local)} clouds in {Path.Combine(path, "clouds")}. Try: "
                    + $"bftcloud depsky put --config {file} greeting README.md"));
            return ExitCode.Done;
        });
        return command;
    }
}
