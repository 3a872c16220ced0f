using System.CommandLine;
using BftCloud.Common;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv put</c>.</summary>
internal static class KvPutCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string> key = KvCommand.KeyArgument();
        Argument<string> value = new("VALUE") { Description = "The value." };
        Option<Duration?> timeToLive = new("--ttl")
        {
            Description = "Let the key expire after this time.",
            CustomParser = static result => Duration.Parse(result),
            HelpName = "TIME",
        };
        Option<bool> ifAbsent = new("--if-absent") { Description = "Only if there is no such key." };
        Option<bool> ifPresent = new("--if-present") { Description = "Only if there is such a key." };
        Command command = new("put", "Puts a value under a key.") { key, value, timeToLive, ifAbsent, ifPresent };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ifAbsent) && result.GetValue(ifPresent))
                result.AddError("--if-absent and --if-present exclude each other.");
        });
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            KvPutOptions options = new()
            {
                TimeToLive = result.GetValue(timeToLive)?.Time,
                Condition = result.GetValue(ifAbsent) ? KvPutCondition.IfAbsent
                    : result.GetValue(ifPresent) ? KvPutCondition.IfPresent
                    : KvPutCondition.Always,
            };
            string name = result.GetRequiredValue(key);
            if (await store.PutAsync(name, result.GetRequiredValue(value), options, cancellationToken)) return;
            throw new CommandFailedException(
                result.GetValue(ifAbsent)
                    ? $"There is a key '{name}' already; nothing was changed."
                    : $"There is no key '{name}'; nothing was changed.");
        }, cancellationToken));
        return command;
    }
}
