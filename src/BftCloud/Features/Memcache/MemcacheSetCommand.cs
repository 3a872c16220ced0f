using System.CommandLine;
using System.Text;
using BftCloud.Common;
using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache set</c>.</summary>
internal static class MemcacheSetCommand
{
    public static Command Create()
    {
        MemcacheTarget target = new();
        Argument<string> key = MemcacheCommand.KeyArgument();
        Argument<string> value = new("VALUE") { Description = "The value." };
        Option<Duration?> timeToLive = new("--ttl")
        {
            Description = "Let the value expire after this time; whole seconds, rounded up.",
            CustomParser = static result => Duration.Parse(result),
            HelpName = "TIME",
        };
        timeToLive.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<Duration?>() is { } time && time.Time <= TimeSpan.Zero)
                result.AddError("--ttl must be above zero.");
        });
        Command command = new("set", "Stores a value under a key.") { key, value, timeToLive };
        foreach (Option option in target.All) command.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using MemcacheClient client = MemcacheTarget.Connect(target.Read(result));
            await client.SetAsync(
                result.GetRequiredValue(key), Encoding.UTF8.GetBytes(result.GetRequiredValue(value)),
                new MemcacheStoreOptions { TimeToLive = result.GetValue(timeToLive)?.Time }, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
