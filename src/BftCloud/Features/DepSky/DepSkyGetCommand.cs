using System.CommandLine;
using System.CommandLine.Parsing;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky get</c>. A file appears under its name only when all of it is there.</summary>
internal static class DepSkyGetCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> unit = DepSkyTarget.UnitArgument();
        Argument<string> path = new("PATH")
        {
            Description = "The file to write; - for the standard output.", DefaultValueFactory = static _ => "-",
        };
        Option<long> offset = new("--offset")
        {
            Description = "The first byte to read.", DefaultValueFactory = static _ => 0, HelpName = "BYTES",
        };
        Option<long?> length = new("--length")
        {
            Description = "How many bytes to read; to the end by default.", HelpName = "BYTES",
        };
        Option<bool> json = CommonOptions.Json();
        foreach (Option option in (Option[])[offset, length]) option.Validators.Add(MustNotBeNegative);
        Command command = new("get", "Reads an object's last complete version, verified.")
        {
            target.Config, unit, path, offset, length, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string name = result.GetRequiredValue(unit), file = result.GetRequiredValue(path);
            ContentRange range = new(result.GetValue(offset), result.GetValue(length));
            if (file == "-" && result.GetValue(json))
                throw new CommandFailedException("--json needs a PATH: the content goes to the standard output.");
            if (file == "-")
            {
                await using Stream output = Console.OpenStandardOutput();
                await client.GetAsync(name, output, range, cancellationToken: cancellationToken);
                return ExitCode.Done;
            }
            if (Directory.Exists(file))
                throw new CommandFailedException($"{file} is a directory. Name the file to write.");
            ObjectDescription read = await GetFileAsync(client, name, file, range, cancellationToken);
            DepSkyOutput.Write(
                read, result.GetValue(json), client.CloudReports,
                $"Read version {read.Version} of '{name}' to {file}: {ByteCount.Show(new FileInfo(file).Length)}.");
            return ExitCode.Done;
        }, tellsItself: result.GetValue(json)));
        return command;
    }

    private static void MustNotBeNegative(OptionResult result)
    {
        if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out long value) && value < 0)
            result.AddError($"{result.Option.Name} must not be negative.");
    }

    private static async Task<ObjectDescription> GetFileAsync(
        DepSkyClient client, string unit, string file, ContentRange range, CancellationToken cancellationToken)
    {
        string partial = $"{file}.{Guid.NewGuid():n}.partial";
        try
        {
            ObjectDescription read;
            await using (FileStream output = new(
                partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                long? total = TransferProgress.IsShown
                    ? Math.Min(
                        range.LengthBytes ?? long.MaxValue,
                        Math.Max(0, (await client.StatAsync(unit, cancellationToken)).SizeBytes - range.OffsetBytes))
                    : null;
                read = await TransferProgress.RunAsync(
                    $"get {unit}", total,
                    progress => client.GetAsync(unit, output, range, progress, cancellationToken));
            }
            File.Move(partial, file, overwrite: true);
            return read;
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
