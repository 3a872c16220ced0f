using BftSmr.Messages;

namespace BftSmr.Requests;

/// <summary>A request that has not been executed yet.</summary>
internal sealed class PendingRequest(Request request, long sinceMicros)
{
    public Request Request { get; set; } = request;

    /// <summary>
    /// When it was first seen with a signature that every replica can verify, else when it was first seen; monotonic
    /// microseconds.
    /// </summary>
    public long SinceMicros { get; set; } = sinceMicros;

    /// <summary>
    /// Its client sent it here directly: it gets the reply from here even if its list of repliers lacks this replica.
    /// </summary>
    public bool IsDirect { get; set; }

    /// <summary>It was relayed to the leader of this regency.</summary>
    public Regency? RelayedIn { get; set; }

    /// <summary>When it was relayed first in that regency, monotonic microseconds.</summary>
    public long RelayedMicros { get; set; }

    /// <summary>It was relayed once more since.</summary>
    public bool WasRelayedTwice { get; set; }
}
