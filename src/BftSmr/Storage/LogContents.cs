using BftSmr.Messages;

namespace BftSmr.Storage;

/// <summary>What was found in a log when it was opened.</summary>
/// <param name="Records">The core's records, oldest first, up to the end or the first damage.</param>
/// <param name="VotesForgotten">Votes may have been sent that the log does not have.</param>
/// <param name="Damage">What was found damaged and set aside; null if nothing was.</param>
internal sealed record LogContents(IReadOnlyList<LogRecord> Records, bool VotesForgotten, LogDamage? Damage);

/// <summary>A place in the log that was once on disk and cannot be read any more.</summary>
/// <param name="File">The segment's file, as it was named.</param>
/// <param name="Offset">Where in the file the damage begins.</param>
/// <param name="Description">What is wrong there.</param>
internal sealed record LogDamage(string File, long Offset, string Description);
