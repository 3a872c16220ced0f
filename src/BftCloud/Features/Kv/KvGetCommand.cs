using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv get</c>: prints the raw value and a newline.</summary>
internal static class KvGetCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string> key = KvCommand.KeyArgument();
        Command command = new("get", "Prints the value of a key.") { key };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            string name = result.GetRequiredValue(key);
            ReadOnlyMemory<byte> value = await store.GetAsync(name, cancellationToken)
                ?? throw new CommandFailedException(
                    $"There is no key '{name}'. See which there are: bftcloud kv list.");
            await using Stream output = Console.OpenStandardOutput();
            await output.WriteAsync(value, cancellationToken);
            output.WriteByte((byte)'\n');
        }, cancellationToken));
        return command;
    }
}
