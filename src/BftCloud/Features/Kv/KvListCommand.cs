using System.CommandLine;
using System.Text;
using System.Text.Json;
using BftCloud.Common;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv list</c>.</summary>
internal static class KvListCommand
{
    public static Command Create(KvTarget target)
    {
        Argument<string> prefix = new("PREFIX")
        {
            Description = "Only keys that begin so.", DefaultValueFactory = static _ => "",
        };
        Option<bool> keysOnly = new("--keys") { Description = "Leave out the values." };
        Option<bool> json = CommonOptions.Json();
        Command command = new("list", "Lists keys in the order of their bytes, each with a tab and its value.")
        {
            prefix, keysOnly, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async store =>
        {
            bool withValues = !result.GetValue(keysOnly);
            await using Stream output = new BufferedStream(Console.OpenStandardOutput());
            IAsyncEnumerable<KvPair> pairs = store.ListAsync(
                result.GetRequiredValue(prefix), withValues, cancellationToken);
            if (result.GetValue(json)) await WriteJsonAsync(output, pairs);
            else await WriteTextAsync(output, pairs, withValues);
        }, cancellationToken));
        return command;
    }

    private static async Task WriteTextAsync(Stream output, IAsyncEnumerable<KvPair> pairs, bool withValues)
    {
        await foreach (KvPair pair in pairs)
        {
            await output.WriteAsync(pair.Key);
            if (withValues)
            {
                output.WriteByte((byte)'\t');
                await output.WriteAsync(pair.Value ?? Encoding.UTF8.GetBytes("(a hash, list or set)"));
            }
            output.WriteByte((byte)'\n');
        }
    }

    private static async Task WriteJsonAsync(Stream output, IAsyncEnumerable<KvPair> pairs)
    {
        List<KvListing> listings = [];
        await foreach (KvPair pair in pairs) listings.Add(KvListing.Of(pair));
        await JsonSerializer.SerializeAsync(output, listings, KvJson.Default.ListKvListing);
        output.WriteByte((byte)'\n');
    }
}
