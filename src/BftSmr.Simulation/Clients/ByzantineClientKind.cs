namespace BftSmr.Simulation;

/// <summary>The ways in which a simulated client is Byzantine. It has its own key, and any number of links.</summary>
public enum ByzantineClientKind
{
    /// <summary>Its MACs are right for some replicas only.</summary>
    PartialMacs,

    /// <summary>Leaves gaps in its sequence numbers.</summary>
    Gaps,

    /// <summary>Sends different requests with the same sequence number to different replicas.</summary>
    Equivocator,

    /// <summary>Floods with requests that no replica can authenticate.</summary>
    Spammer,

    /// <summary>Sends frames beyond every limit, and garbage.</summary>
    Garbage,

    /// <summary>Opens session after session.</summary>
    SessionHoarder,

    /// <summary>Sends as many good requests as its session takes, and again, without waiting.</summary>
    Flooder,

    /// <summary>The MACs of its requests are right for one replica only, for each the one that it goes to.</summary>
    LeaderMacs,

    /// <summary>
    /// Fills its share at the first leader with what waits for sessions that it never opens, and sends the other
    /// replicas good requests for that leader. Not drawn.
    /// </summary>
    Squatter,

    /// <summary>Sends requests with wrong signatures, which cost a check each.</summary>
    BadSigner = 16,

    /// <summary>Sends one request of its own, rightly signed, again and again.</summary>
    Resender,

    /// <summary>Asks for the largest replies, as often as it can.</summary>
    HeavyReader,

    /// <summary>Fills pools with requests of sessions that were never opened.</summary>
    Stranger,

    /// <summary>Makes links and breaks them.</summary>
    Churner,

    /// <summary>Its links carry a few bytes a second; it asks for large replies all the same.</summary>
    Trickler,

    /// <summary>Issues good requests, one by one, but for its <see cref="Interference"/>.</summary>
    Interferer,
}
