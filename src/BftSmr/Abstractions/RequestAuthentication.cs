namespace BftSmr;

/// <summary>How requests are authenticated.</summary>
public enum RequestAuthentication
{
    /// <summary>A vector of MACs; a signature only when a request has to be sent again.</summary>
    Mac,

    /// <summary>An Ed25519 signature on every request.</summary>
    Signed,
}
