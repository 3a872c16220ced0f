namespace KvStore.Gateway;

/// <summary>The reply to one command, before it is written.</summary>
/// <param name="Command">The command's name, which some errors tell.</param>
/// <param name="Format">How the store's reply is written; null if the reply is known already.</param>
/// <param name="Start">Where the command stands in its batch's operations - or, if known already, the reply in its
/// batch's replies.</param>
/// <param name="Length">How long that is.</param>
internal readonly record struct PendingReply(string Command, RespFormat? Format, int Start, int Length);
