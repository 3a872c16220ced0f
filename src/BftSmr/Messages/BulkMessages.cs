namespace BftSmr.Messages;

/// <summary>
/// Which messages travel on the link for bulk: what a late replica fetches, and its questions, so that a peer answers
/// them when it has the time. All that the ordering of requests waits for is none of them.
/// </summary>
internal static class BulkMessages
{
    /// <summary>Whether a message belongs on the link for bulk, and on no other.</summary>
    public static bool Include(PeerMessage message) => message is FetchDecided or Decided or FetchPiece or Piece;
}
