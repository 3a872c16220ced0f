using System.CommandLine;
using System.Text;
using BftCloud.Common;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv cas</c>: compare and set.</summary>
internal static class KvCasCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string> key = KvCommand.KeyArgument();
        Argument<string> expected = new("EXPECTED") { Description = "The value that the key must hold." };
        Argument<string> value = new("VALUE") { Description = "The value to put in its place." };
        Command command = new(
            "cas",
            "Replaces the value of a key if it is the expected one. For a key that must not exist: put --if-absent.")
        {
            key, expected, value,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            string name = result.GetRequiredValue(key);
            string wanted = result.GetRequiredValue(expected);
            KvCompareResult outcome = await store.CompareAndSetAsync(
                name, KvExpectation.Value(wanted), result.GetRequiredValue(value),
                cancellationToken: cancellationToken);
            if (outcome.Swapped) return;
            string actual = outcome.Actual is { } bytes
                ? $"holds '{Encoding.UTF8.GetString(bytes.Span)}'"
                : "does not exist";
            throw new CommandFailedException(
                $"The key '{name}' {actual}, where '{wanted}' was expected; nothing was changed.");
        }, cancellationToken));
        return command;
    }
}
