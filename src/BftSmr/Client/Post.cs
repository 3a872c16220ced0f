namespace BftSmr.Client;

/// <summary>What callers and links leave in the inbox of a <see cref="ConnectionLoop"/>.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Subject">The message, operation, session or question; null for a link.</param>
/// <param name="Replica">The replica at the other end of the link, for links and messages.</param>
/// <param name="Bytes">The length of the message's frame.</param>
internal readonly record struct Post(PostKind Kind, object? Subject, int Replica = 0, int Bytes = 0);
