namespace BftSmr.Client.Core;

/// <summary>Where the session of a client stands.</summary>
internal enum SessionPhase
{
    /// <summary>There is none.</summary>
    Closed,

    /// <summary>The operation that opens it is to be sent, or under way.</summary>
    Opening,

    /// <summary>f+1 replicas said that it is open.</summary>
    Open,
}
