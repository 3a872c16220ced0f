using System.CommandLine;
using BftCloud.Common;
using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache get</c>: prints the raw value and a newline.</summary>
internal static class MemcacheGetCommand
{
    public static Command Create()
    {
        MemcacheTarget target = new();
        Argument<string> key = MemcacheCommand.KeyArgument();
        Command command = new("get", "Prints the value of a key.") { key };
        foreach (Option option in target.All) command.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using MemcacheClient client = MemcacheTarget.Connect(target.Read(result));
            string name = result.GetRequiredValue(key);
            MemcacheItem item = await client.GetAsync(name, cancellationToken)
                ?? throw new CommandFailedException(
                    $"The cache has no value for '{name}'. It may have been evicted, or its time is over.");
            await using Stream output = Console.OpenStandardOutput();
            await output.WriteAsync(item.Value, cancellationToken);
            output.WriteByte((byte)'\n');
            return ExitCode.Done;
        });
        return command;
    }
}
