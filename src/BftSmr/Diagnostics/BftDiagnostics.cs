namespace BftSmr;

/// <summary>What to collect of replicas and clients with OpenTelemetry or any other listener.</summary>
public static class BftDiagnostics
{
    /// <summary>
    /// The name of the meter. Instruments of a replica have the tag <c>replica</c>; those of clients begin with
    /// <c>bftsmr.client</c>.
    /// </summary>
    public const string MeterName = "BftSmr";

    /// <summary>
    /// The name of the activity source. The activities of one operation, at its client and at every replica, have one
    /// trace id: it follows from the client, its session and the operation's number in it.
    /// </summary>
    public const string ActivitySourceName = "BftSmr";
}
