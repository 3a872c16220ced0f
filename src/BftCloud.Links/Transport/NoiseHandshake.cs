using System.Security.Cryptography;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Noise_IK_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework, revision 34). The initiator knows the responder's
/// static key beforehand:
/// <code>
/// &lt;- s
/// …
/// -&gt; e, es, s, ss      first message: 96 bytes and the payload
/// &lt;- e, ee, se         second message: 48 bytes and the payload
/// </code>
/// After the second message the initiator knows that the responder is the node that it meant. The responder knows the
/// same of the initiator only with the first record that opens: until then the first message may be an old one,
/// repeated by an attacker.
/// </summary>
internal sealed class NoiseHandshake : IDisposable
{
    /// <summary>
    /// What the first message takes beyond its payload: ephemeral key, encrypted static key, two tags.
    /// </summary>
    public const int FirstOverheadBytes = 2 * KeyBytes + 2 * TagBytes;

    /// <summary>What the second message takes beyond its payload: ephemeral key, tag.</summary>
    public const int SecondOverheadBytes = KeyBytes + TagBytes;

    private const int KeyBytes = AgreementKey.Size;
    private const int TagBytes = 16;

    private readonly NoiseSymmetricState _state = new("Noise_IK_25519_ChaChaPoly_BLAKE2b"u8);

    private readonly AgreementKey _static;
    private readonly AgreementKey _ephemeral;
    private readonly byte[] _remoteStatic = new byte[KeyBytes];
    private readonly byte[] _remoteEphemeral = new byte[KeyBytes];

    private NoiseHandshake(AgreementKey staticKey, AgreementKey? ephemeral, ReadOnlySpan<byte> prologue)
    {
        _static = staticKey;
        _ephemeral = ephemeral ?? AgreementKey.Generate();
        _state.MixHash(prologue);
    }

    /// <summary>The hash of the whole handshake: equal at both ends, different for every handshake.</summary>
    public ReadOnlySpan<byte> Hash => _state.Hash;

    /// <summary>The other end's static X25519 key; the responder learns it from the first message.</summary>
    public ReadOnlySpan<byte> RemoteStatic => _remoteStatic;

    /// <summary>Starts as the initiator, which connects.</summary>
    /// <param name="staticKey">The own static key; stays the caller's to dispose.</param>
    /// <param name="remoteStatic">The responder's public static key.</param>
    /// <param name="prologue">What both ends must have in common.</param>
    /// <param name="ephemeral">Given by tests only; the handshake's to dispose.</param>
    public static NoiseHandshake Initiate(
        AgreementKey staticKey, ReadOnlySpan<byte> remoteStatic, ReadOnlySpan<byte> prologue,
        AgreementKey? ephemeral = null)
    {
        NoiseHandshake handshake = new(staticKey, ephemeral, prologue);
        remoteStatic.CopyTo(handshake._remoteStatic);
        handshake._state.MixHash(remoteStatic);
        return handshake;
    }

    /// <summary>Starts as the responder; the parameters are those of the other end.</summary>
    public static NoiseHandshake Respond(
        AgreementKey staticKey, ReadOnlySpan<byte> prologue, AgreementKey? ephemeral = null)
    {
        NoiseHandshake handshake = new(staticKey, ephemeral, prologue);
        handshake._state.MixHash(staticKey.PublicBytes);
        return handshake;
    }

    /// <summary>Initiator: e, es, s, ss. False if the responder's static key has small order.</summary>
    public bool TryWriteFirst(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        WriteEphemeral(message[..KeyBytes]);
        if (!TryMixAgreement(_ephemeral, _remoteStatic)) return false;
        _state.EncryptAndHash(_static.PublicBytes, message.Slice(KeyBytes, KeyBytes + TagBytes));
        if (!TryMixAgreement(_static, _remoteStatic)) return false;
        _state.EncryptAndHash(payload, message[(FirstOverheadBytes - TagBytes)..]);
        return true;
    }

    /// <summary>
    /// Responder: reads the first message. False if it was not made for this node's key and prologue.
    /// </summary>
    public bool TryReadFirst(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        ReadEphemeral(message[..KeyBytes]);
        return TryMixAgreement(_static, _remoteEphemeral)
            && _state.TryDecryptAndHash(message.Slice(KeyBytes, KeyBytes + TagBytes), _remoteStatic)
            && TryMixAgreement(_static, _remoteStatic)
            && _state.TryDecryptAndHash(message[(FirstOverheadBytes - TagBytes)..], payload);
    }

    /// <summary>Responder: e, ee, se. False if a key of the initiator has small order.</summary>
    public bool TryWriteSecond(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        WriteEphemeral(message[..KeyBytes]);
        if (!TryMixAgreement(_ephemeral, _remoteEphemeral) || !TryMixAgreement(_ephemeral, _remoteStatic)) return false;
        _state.EncryptAndHash(payload, message[KeyBytes..]);
        return true;
    }

    /// <summary>Initiator: reads the second message. False if it is not the responder's answer to the first.</summary>
    public bool TryReadSecond(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        ReadEphemeral(message[..KeyBytes]);
        return TryMixAgreement(_ephemeral, _remoteEphemeral)
            && TryMixAgreement(_static, _remoteEphemeral)
            && _state.TryDecryptAndHash(message[KeyBytes..], payload);
    }

    /// <summary>After the second message: the ciphers of the two directions.</summary>
    public (NoiseCipher FromInitiator, NoiseCipher FromResponder) Split(
        CipherSuites suite = CipherSuites.ChaCha20Poly1305) => _state.Split(suite);

    /// <summary>Zeroes all secrets but the static one.</summary>
    public void Dispose()
    {
        _ephemeral.Dispose();
        _state.Dispose();
    }

    private void WriteEphemeral(Span<byte> destination)
    {
        _ephemeral.PublicBytes.CopyTo(destination);
        _state.MixHash(destination);
    }

    private void ReadEphemeral(ReadOnlySpan<byte> source)
    {
        source.CopyTo(_remoteEphemeral);
        _state.MixHash(source);
    }

    private bool TryMixAgreement(AgreementKey own, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> shared = stackalloc byte[AgreementKey.Size];
        if (!own.TryAgree(publicKey, shared)) return false;
        _state.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
        return true;
    }
}
