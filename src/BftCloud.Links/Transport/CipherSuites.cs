namespace BftCloud.Links;

/// <summary>
/// What the records of a link are sealed with. Values are bits of an offer, and part of the handshake.
/// </summary>
[Flags]
internal enum CipherSuites : byte
{
    None = 0,

    /// <summary>ChaCha20-Poly1305 (RFC 8439): fast without instructions of its own.</summary>
    ChaCha20Poly1305 = 1,

    /// <summary>AEGIS-128L with tags of 32 bytes: several times faster where the processor has AES.</summary>
    Aegis128L = 2,
}
