using System.CommandLine;
using Memcache.Client.Protocol;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache</c>: a cache that speaks memcached's protocol.</summary>
internal static class MemcacheCommand
{
    public static Command Create() => new(
        MemcacheFeature.Name, "A volatile cache within a fixed memory, for every client of memcached.")
    {
        MemcacheServeCommand.Create(),
        MemcacheStatsCommand.Create(),
        MemcacheGetCommand.Create(),
        MemcacheSetCommand.Create(),
    };

    public static Argument<string> KeyArgument()
    {
        Argument<string> key = new("KEY")
        {
            Description = $"The key: 1 to {KeyText.BytesMax} bytes without spaces and control characters.",
        };
        key.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !KeyText.IsValid(result.Tokens[0].Value))
                result.AddError(
                    $"'{result.Tokens[0].Value}' is no key. A key has 1 to {KeyText.BytesMax} bytes, without spaces "
                    + "and control characters.");
        });
        return key;
    }
}
