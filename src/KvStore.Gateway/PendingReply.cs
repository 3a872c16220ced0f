using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>The reply to one command, before it is written.</summary>
/// <param name="Command">The command's name, which some errors tell.</param>
/// <param name="Format">How the store's reply is written; null if the reply needs no store.</param>
/// <param name="Start">Where the command stands in its batch's operations - or, if its reply is known already, the
/// reply in its batch's replies.</param>
/// <param name="Length">How long that is.</param>
/// <param name="IsSilent">The client does not want it.</param>
/// <param name="Answer">Writes the reply in its turn, if it is neither the store's nor known already.</param>
internal readonly record struct PendingReply(
    string Command, RespFormat? Format, int Start, int Length, bool IsSilent = false,
    Action<RespWriter>? Answer = null);
