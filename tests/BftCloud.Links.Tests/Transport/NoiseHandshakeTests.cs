using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

public sealed class NoiseHandshakeTests
{
    // Noise_IK_25519_ChaChaPoly_BLAKE2b of the test vectors published with noise-c (noise-c-basic.txt).
    private const string Prologue = "50726f6c6f677565313233";
    private const string InitiatorStatic = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1";
    private const string InitiatorEphemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
    private const string ResponderStaticPublic = "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62";
    private const string ResponderStatic = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
    private const string ResponderEphemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";
    private const string HandshakeHash =
        "00e51d2aac81a9b8ebe441d6af3e1c8efc0f030cc608332edcb42588ff6a0ce2"
        + "6415ddc106e95277a5e6d54132f1e5245976b89caf96d262f1fe5a7f0c55c078";

    private static readonly AgreementKey s_initiator = AgreementKey.FromSecret(Hex(InitiatorStatic));
    private static readonly AgreementKey s_responder = AgreementKey.FromSecret(Hex(ResponderStatic));

    private static readonly (string Payload, string Message)[] Messages =
    [
        ("4c756477696720766f6e204d69736573",
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
            + "ba83a447b38c83e327ad936929812f624884847b7831e95e197b2f797088efdd"
            + "232fe541af156ec6d0657602902a8c3ee64e470f4b6fcd9298ce0b56fe20f86e60d9d933ec6e103ffb09e6001d6abb64"),
        (
            "4d757272617920526f746862617264",
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
            + "9f069b267a06b3de3ecb1043bcb09807c6cd101f3826192a65f11ef3fe4317"),
        ("462e20412e20486179656b", "cd54383060e7a28434cca27fb1cc524cfbabeb18181589df219d07"),
        ("4361726c204d656e676572", "a856d3bf0246bfc476c655009cd1ed677b8dcc5b349ae8ef2a05f2"),
        ("4a65616e2d426170746973746520536179", "49063084b2c51f098337cb8a13739ac848f907e67cfb2cc8a8b60586467aa02fc7"),
        (
            "457567656e2042f6686d20766f6e2042617765726b",
            "8b9709d23b47e4639df7678d7a21741eba4ef1e9c60383001c7435549c20f9d56f30e935d3"),
    ];

    [Fact]
    public void Agrees_with_the_published_vector_in_every_byte()
    {
        using NoiseHandshake initiator = Initiator(Prologue);
        using NoiseHandshake responder = Responder(Prologue);

        byte[] first = new byte[Hex(Messages[0].Message).Length];
        Assert.True(initiator.TryWriteFirst(Hex(Messages[0].Payload), first));
        Assert.Equal(Messages[0].Message, Convert.ToHexStringLower(first));
        byte[] payload = new byte[Hex(Messages[0].Payload).Length];
        Assert.True(responder.TryReadFirst(first, payload));
        Assert.Equal(Messages[0].Payload, Convert.ToHexStringLower(payload));

        byte[] second = new byte[Hex(Messages[1].Message).Length];
        Assert.True(responder.TryWriteSecond(Hex(Messages[1].Payload), second));
        Assert.Equal(Messages[1].Message, Convert.ToHexStringLower(second));
        payload = new byte[Hex(Messages[1].Payload).Length];
        Assert.True(initiator.TryReadSecond(second, payload));
        Assert.Equal(Messages[1].Payload, Convert.ToHexStringLower(payload));

        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(initiator.Hash));
        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(responder.Hash));

        (NoiseCipher initiatorSends, NoiseCipher initiatorReceives) = initiator.Split();
        (NoiseCipher responderReceives, NoiseCipher responderSends) = responder.Split();
        for (int i = 2; i < Messages.Length; i++)
        {
            (NoiseCipher seal, NoiseCipher open) = i % 2 == 0
                ? (initiatorSends, responderReceives)
                : (responderSends, initiatorReceives);
            byte[] record = [.. Hex(Messages[i].Payload), .. new byte[seal.TagBytes]];
            seal.Seal(record);
            Assert.Equal(Messages[i].Message, Convert.ToHexStringLower(record));
            Assert.True(open.TryOpen(record));
            Assert.Equal(
                Messages[i].Payload, Convert.ToHexStringLower(record.AsSpan(0, record.Length - seal.TagBytes)));
        }
    }

    [Fact]
    public void No_byte_of_the_first_message_can_be_changed()
    {
        byte[] message = Hex(Messages[0].Message);
        for (int i = 0; i < message.Length; i++)
        {
            message[i] ^= 0x40;
            using NoiseHandshake responder = Responder(Prologue);
            Assert.False(responder.TryReadFirst(message, new byte[16]));
            message[i] ^= 0x40;
        }
    }

    [Fact]
    public void No_byte_of_the_second_message_can_be_changed()
    {
        byte[] message = Hex(Messages[1].Message);
        for (int i = 0; i < message.Length; i++)
        {
            message[i] ^= 0x40;
            using NoiseHandshake initiator = Initiator(Prologue);
            Assert.True(initiator.TryWriteFirst(Hex(Messages[0].Payload), new byte[Hex(Messages[0].Message).Length]));
            Assert.False(initiator.TryReadSecond(message, new byte[15]));
            message[i] ^= 0x40;
        }
    }

    [Fact]
    public void Another_prologue_fails()
    {
        using NoiseHandshake responder = Responder("00");
        Assert.False(responder.TryReadFirst(Hex(Messages[0].Message), new byte[16]));
    }

    [Fact]
    public void Keys_of_small_order_are_refused()
    {
        using NoiseHandshake initiator = NoiseHandshake.Initiate(s_initiator, new byte[32], default);
        Assert.False(initiator.TryWriteFirst(default, new byte[NoiseHandshake.FirstOverheadBytes]));
        using NoiseHandshake responder = Responder(Prologue);
        Assert.False(responder.TryReadFirst(new byte[NoiseHandshake.FirstOverheadBytes], default));
    }

    [Fact]
    public void Every_handshake_has_keys_of_its_own()
    {
        byte[] one = new byte[NoiseHandshake.FirstOverheadBytes];
        byte[] two = new byte[NoiseHandshake.FirstOverheadBytes];
        using NoiseHandshake first = NoiseHandshake.Initiate(s_initiator, Hex(ResponderStaticPublic), default);
        using NoiseHandshake second = NoiseHandshake.Initiate(s_initiator, Hex(ResponderStaticPublic), default);
        Assert.True(first.TryWriteFirst(default, one) && second.TryWriteFirst(default, two));
        Assert.NotEqual(one[..32], two[..32]);
    }

    [Theory]
    [InlineData((int)CipherSuites.ChaCha20Poly1305)]
    [InlineData((int)CipherSuites.Aegis128L)]
    public void A_record_opens_once_and_in_its_turn_only(int number)
    {
        CipherSuites suite = (CipherSuites)number;
        byte[] key = Hex(InitiatorStatic);
        using NoiseCipher seal = new(key, suite);
        byte[][] records = [.. Enumerable.Range(0, 3).Select(i => new byte[seal.TagBytes + 4 + i])];
        foreach (byte[] record in records) seal.Seal(record);

        using NoiseCipher skips = new(key, suite);
        Assert.False(skips.TryOpen((byte[])records[1].Clone()));
        using NoiseCipher repeats = new(key, suite);
        Assert.True(repeats.TryOpen((byte[])records[0].Clone()));
        Assert.False(repeats.TryOpen((byte[])records[0].Clone()));
        using NoiseCipher inOrder = new(key, suite);
        Assert.All(records, record => Assert.True(inOrder.TryOpen(record)));
    }

    private static NoiseHandshake Initiator(string prologue) =>
        NoiseHandshake.Initiate(
            s_initiator, Hex(ResponderStaticPublic), Hex(prologue), AgreementKey.FromSecret(Hex(InitiatorEphemeral)));

    private static NoiseHandshake Responder(string prologue) =>
        NoiseHandshake.Respond(s_responder, Hex(prologue), AgreementKey.FromSecret(Hex(ResponderEphemeral)));

    private static byte[] Hex(string digits) => Convert.FromHexString(digits);
}
