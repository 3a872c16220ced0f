namespace BftCloud.Links;

/// <summary>A connection whose handshake is complete.</summary>
/// <param name="Socket">The connection.</param>
/// <param name="RemoteId">The id that the other end proved to have: a replica's or a client's, by the port.</param>
/// <param name="SendCipher">Seals what is sent.</param>
/// <param name="ReceiveCipher">Opens what is received.</param>
/// <param name="Purpose">What both ends have it for.</param>
internal readonly record struct EstablishedLink(
    ReactorSocket Socket, int RemoteId, NoiseCipher SendCipher, NoiseCipher ReceiveCipher,
    LinkPurpose Purpose = LinkPurpose.Messages)
{
    /// <summary>Zeroes the keys of a link that is not used.</summary>
    public void DisposeCiphers()
    {
        SendCipher.Dispose();
        ReceiveCipher.Dispose();
    }
}
