using System.CommandLine;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky put</c>.</summary>
internal static class DepSkyPutCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> unit = DepSkyTarget.UnitArgument();
        Argument<string> path = new("PATH")
        {
            Description = "The file with its content; - for the standard input.", DefaultValueFactory = static _ => "-",
        };
        Option<bool> withLock = new("--lock")
        {
            Description = "Take the object's lock for it: for writers that may meet others.",
        };
        Option<string?> resume = new("--resume")
        {
            Description = "A file that keeps how far the upload came. If it is interrupted, put the same content with "
                + "the same file again, and it goes on. It holds the version's key, and is deleted at the end.",
            HelpName = "FILE",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "put", "Writes an object: a new version, which readers see as a whole once it is complete.")
        {
            target.Config, unit, path, withLock, resume, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string name = result.GetRequiredValue(unit), file = result.GetRequiredValue(path);
            string? ticket = result.GetValue(resume);
            if (ticket is not null && file == "-")
                throw new CommandFailedException(
                    "--resume needs a PATH: what came over the standard input cannot be read again.");
            if (ticket is not null && Path.GetFullPath(ticket) == Path.GetFullPath(file))
                throw new CommandFailedException("--resume names the content itself. Name another file.");
            await using Stream content = file == "-" ? Console.OpenStandardInput() : OpenFile(file);
            await using UnitLock? held = result.GetValue(withLock)
                ? await client.LockAsync(name, cancellationToken: cancellationToken)
                : null;
            PutOptions options = new() { Lock = held, ResumeFile = ticket };
            ObjectDescription written = await TransferProgress.RunAsync(
                $"put {name}", file == "-" ? null : content.Length,
                progress => client.PutAsync(
                    name, content, options with { Progress = progress }, cancellationToken));
            // Slower clouds are still getting their records: what they fail at is told as well.
            await client.DrainAsync();
            DepSkyOutput.Write(
                written,
                result.GetValue(json),
                client.CloudReports,
                $"Wrote version {written.Version} of '{name}': {ByteCount.Show(written.SizeBytes)}, stored as "
                + $"{ByteCount.Show(written.StoredBytes)}.");
            return ExitCode.Done;
        }, tellsItself: result.GetValue(json)));
        return command;
    }

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
            throw new CommandFailedException($"{path} is a directory. Name a file; an object is one file's content.");
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0,
                FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailedException(
                $"There is no file {path}. Name the file with the content, or - for the standard input.", e);
        }
    }
}
