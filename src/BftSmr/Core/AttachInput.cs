namespace BftSmr.Core;

/// <summary>
/// A client attaches a session to its link. For the host, which routes replies; never given to the core.
/// </summary>
internal sealed record AttachInput(SessionId Session) : Input;
