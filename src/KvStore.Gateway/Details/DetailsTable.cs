using System.Collections.Frozen;

namespace KvStore.Gateway.Details;

/// <summary>The details of all commands, by name.</summary>
internal static class DetailsTable
{
    /// <summary>A name here is that of a command or subcommand of the gateway.</summary>
    public static FrozenDictionary<string, CommandDetails> All { get; } = ((CommandDetails[])
    [
        .. ConnectionDetails.All, .. ServerDetails.All, .. TransactionDetails.All, .. ContainerDetails.All,
        .. KeyDetails.All, .. StringDetails.All, .. HashDetails.All, .. ListDetails.All, .. SetDetails.All,
        .. BitmapDetails.All, .. SortedSetDetails.All, .. ScriptingDetails.All,
    ]).ToFrozenDictionary(static d => d.Name);
}
