using System.Security.Cryptography;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Noise_IK_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework, revision 34). The initiator knows the responder's static key beforehand:
/// <code>
/// &lt;- s
/// …
/// -&gt; e, es, s, ss      first message: 96 bytes and the payload
/// &lt;- e, ee, se         second message: 48 bytes and the payload
/// </code>
/// After the second message the initiator knows that the responder is whom it meant. The responder knows the same of the initiator only with the
/// first record that opens: until then the first message may be an old one, repeated by somebody else.
/// </summary>
internal sealed class NoiseHandshake : IDisposable
{
    /// <summary>What the first message takes beyond its payload: ephemeral key, encrypted static key, two tags.</summary>
    public const int FirstOverheadBytes = 2 * Sodium.KeyBytes + 2 * Sodium.TagBytes;

    /// <summary>What the second message takes beyond its payload: ephemeral key, tag.</summary>
    public const int SecondOverheadBytes = Sodium.KeyBytes + Sodium.TagBytes;

    private const int KeyBytes = Sodium.KeyBytes;

    private readonly NoiseSymmetricState _state = new("Noise_IK_25519_ChaChaPoly_BLAKE2b"u8);

    // Own static secret, own ephemeral secret, a shared secret for a moment.
    private readonly byte[] _secrets = GC.AllocateArray<byte>(3 * KeyBytes, pinned: true);
    private readonly byte[] _staticPublic = new byte[KeyBytes];
    private readonly byte[] _remoteStatic = new byte[KeyBytes];
    private readonly byte[] _remoteEphemeral = new byte[KeyBytes];

    private NoiseHandshake(ReadOnlySpan<byte> staticSecret, ReadOnlySpan<byte> ephemeralSecret, ReadOnlySpan<byte> prologue)
    {
        staticSecret.CopyTo(StaticSecret);
        if (ephemeralSecret.IsEmpty) RandomNumberGenerator.Fill(EphemeralSecret);
        else ephemeralSecret.CopyTo(EphemeralSecret);
        Sodium.Check(Sodium.ScalarMultBase(_staticPublic, staticSecret));
        _state.MixHash(prologue);
    }

    /// <summary>The hash of the whole handshake: equal at both ends, different for every handshake.</summary>
    public ReadOnlySpan<byte> Hash => _state.Hash;

    /// <summary>The other end's static X25519 key; the responder learns it from the first message.</summary>
    public ReadOnlySpan<byte> RemoteStatic => _remoteStatic;

    private Span<byte> StaticSecret => _secrets.AsSpan(0, KeyBytes);

    private Span<byte> EphemeralSecret => _secrets.AsSpan(KeyBytes, KeyBytes);

    private Span<byte> Shared => _secrets.AsSpan(2 * KeyBytes, KeyBytes);

    /// <summary>Starts as the one who connects. An ephemeral secret is given by tests only.</summary>
    public static NoiseHandshake Initiate(
        ReadOnlySpan<byte> staticSecret, ReadOnlySpan<byte> remoteStatic, ReadOnlySpan<byte> prologue, ReadOnlySpan<byte> ephemeralSecret = default)
    {
        NoiseHandshake handshake = new(staticSecret, ephemeralSecret, prologue);
        remoteStatic.CopyTo(handshake._remoteStatic);
        handshake._state.MixHash(remoteStatic);
        return handshake;
    }

    /// <summary>Starts as the one who is connected to. An ephemeral secret is given by tests only.</summary>
    public static NoiseHandshake Respond(ReadOnlySpan<byte> staticSecret, ReadOnlySpan<byte> prologue, ReadOnlySpan<byte> ephemeralSecret = default)
    {
        NoiseHandshake handshake = new(staticSecret, ephemeralSecret, prologue);
        handshake._state.MixHash(handshake._staticPublic);
        return handshake;
    }

    /// <summary>Initiator: e, es, s, ss. False if the responder's static key has small order.</summary>
    public bool TryWriteFirst(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        WriteEphemeral(message[..KeyBytes]);
        if (!TryMixAgreement(EphemeralSecret, _remoteStatic)) return false;
        _state.EncryptAndHash(_staticPublic, message.Slice(KeyBytes, KeyBytes + Sodium.TagBytes));
        if (!TryMixAgreement(StaticSecret, _remoteStatic)) return false;
        _state.EncryptAndHash(payload, message[(FirstOverheadBytes - Sodium.TagBytes)..]);
        return true;
    }

    /// <summary>Responder: reads the first message. False if it was not made for this node's key and prologue.</summary>
    public bool TryReadFirst(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        ReadEphemeral(message[..KeyBytes]);
        return TryMixAgreement(StaticSecret, _remoteEphemeral)
            && _state.TryDecryptAndHash(message.Slice(KeyBytes, KeyBytes + Sodium.TagBytes), _remoteStatic)
            && TryMixAgreement(StaticSecret, _remoteStatic)
            && _state.TryDecryptAndHash(message[(FirstOverheadBytes - Sodium.TagBytes)..], payload);
    }

    /// <summary>Responder: e, ee, se. False if a key of the initiator has small order.</summary>
    public bool TryWriteSecond(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        WriteEphemeral(message[..KeyBytes]);
        if (!TryMixAgreement(EphemeralSecret, _remoteEphemeral) || !TryMixAgreement(EphemeralSecret, _remoteStatic)) return false;
        _state.EncryptAndHash(payload, message[KeyBytes..]);
        return true;
    }

    /// <summary>Initiator: reads the second message. False if it is not the responder's answer to the first.</summary>
    public bool TryReadSecond(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        ReadEphemeral(message[..KeyBytes]);
        return TryMixAgreement(EphemeralSecret, _remoteEphemeral)
            && TryMixAgreement(StaticSecret, _remoteEphemeral)
            && _state.TryDecryptAndHash(message[KeyBytes..], payload);
    }

    /// <summary>After the second message: the ciphers of the two directions.</summary>
    public (NoiseCipher FromInitiator, NoiseCipher FromResponder) Split() => _state.Split();

    /// <summary>Zeroes all secrets.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_secrets);
        _state.Dispose();
    }

    private void WriteEphemeral(Span<byte> destination)
    {
        Sodium.Check(Sodium.ScalarMultBase(destination, EphemeralSecret));
        _state.MixHash(destination);
    }

    private void ReadEphemeral(ReadOnlySpan<byte> source)
    {
        source.CopyTo(_remoteEphemeral);
        _state.MixHash(source);
    }

    private bool TryMixAgreement(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey)
    {
        if (Sodium.ScalarMult(Shared, secret, publicKey) != 0) return false;
        _state.MixKey(Shared);
        return true;
    }
}
