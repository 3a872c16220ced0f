using System.CommandLine;
using System.Globalization;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv del</c>: prints how many keys there were.</summary>
internal static class KvDelCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string[]> keys = new("KEY") { Description = "The keys.", Arity = ArgumentArity.OneOrMore };
        Command command = new("del", "Deletes keys, as one, and prints how many there were.") { keys };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            KvBytes[] names = [.. result.GetRequiredValue(keys).Select(static key => new KvBytes(key))];
            Console.WriteLine(
                (await store.DeleteAsync(names, cancellationToken)).ToString(CultureInfo.InvariantCulture));
        }, cancellationToken));
        return command;
    }
}
