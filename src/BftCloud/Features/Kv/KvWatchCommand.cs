using System.CommandLine;
using BftCloud.Common;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv watch</c>: a line for every change, until Ctrl-C or enough of them.</summary>
internal static class KvWatchCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string[]> keys = new("KEY")
        {
            Description = $"The keys; up to {KvLimits.WatchedMax}.", Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> prefixes = new("--prefix") { Description = "Watch all keys that begin with a KEY." };
        Option<long?> count = new("--count") { Description = "End after so many changes.", HelpName = "COUNT" };
        Option<Duration?> period = new("--for")
        {
            Description = "End when it has watched for this time.",
            CustomParser = static result => Duration.Parse(result),
            HelpName = "DURATION",
        };
        count.Validators.Add(static result =>
        {
            if (long.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : null, out long value) && value < 1)
                result.AddError("--count is at least 1.");
        });
        keys.Validators.Add(static result =>
        {
            if (result.Tokens.Count > KvLimits.WatchedMax)
                result.AddError($"A watch names at most {KvLimits.WatchedMax} keys. Use --prefix, or start another.");
        });
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "watch", "Prints every change of keys as replicas agree on it, with the agreed time, until Ctrl-C.")
        {
            keys, prefixes, count, period, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            KvBytes[] names = [.. result.GetRequiredValue(keys).Select(static name => new KvBytes(name))];
            KvWatchOptions options = result.GetValue(prefixes) ? new() { Prefixes = names } : new() { Keys = names };
            using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            void OnBegun()
            {
                if (result.GetValue(period) is { } time) ends.CancelAfter(time.Time);
            }
            try
            {
                await PrintAsync(
                    store.WatchAsync(options, ends.Token), result.GetValue(count) ?? long.MaxValue,
                    result.GetValue(json), OnBegun);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested)
            {
                // That is how a watch ends.
            }
        }, cancellationToken));
        return command;
    }

    private static async Task PrintAsync(IAsyncEnumerable<KvChange> changes, long count, bool asJson, Action onBegun)
    {
        await foreach (KvChange change in changes)
        {
            if (asJson) JsonOutput.Write(KvChangeLine.Of(change), KvLineJson.Default.KvChangeLine);
            else Console.Out.WriteLine(KvChangeText.Of(change));
            await Console.Out.FlushAsync();
            if (change.Kind == KvChangeKind.Begun) onBegun();
            else if (change.Kind != KvChangeKind.Missed && --count == 0) return;
        }
    }
}
