using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Cryptography;

public sealed class KeyPairTests
{
    [Fact]
    public void Signs_as_the_second_vector_of_RFC_8032_says()
    {
        using KeyPair pair =
            KeyPair.FromSeed(Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
        byte[] signature = new byte[64];
        pair.Sign([0x72], signature);
        Assert.Equal("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", pair.PublicKey.ToString());
        Assert.Equal(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            Convert.ToHexStringLower(signature));
    }

    [Fact]
    public void Hashes_as_the_vector_of_RFC_7693_says()
    {
        byte[] hash = new byte[64];
        Blake2b.Hash("abc"u8, hash);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Every_generated_pair_is_another_one()
    {
        using KeyPair first = KeyPair.Generate();
        using KeyPair second = KeyPair.Generate();
        Assert.NotEqual(first.PublicKey, second.PublicKey);
    }

    [Fact]
    public void A_disposed_pair_signs_nothing()
    {
        KeyPair pair = KeyPair.Generate();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Sign("x"u8, new byte[64]));
        Assert.Throws<ObjectDisposedException>(() => pair.Agreement);
        Assert.Throws<ObjectDisposedException>(() => pair.CopySeedTo(new byte[KeyPair.SeedSize]));
    }

    [Fact]
    public void A_pair_that_is_not_exportable_keeps_its_seed()
    {
        using KeyPair pair = KeyPair.FromSeed(new byte[KeyPair.SeedSize], isExportable: false);
        byte[] seed = [.. Enumerable.Repeat((byte)1, KeyPair.SeedSize)];
        Assert.Throws<InvalidOperationException>(() => pair.CopySeedTo(seed));
        Assert.All(seed, static b => Assert.Equal(1, b));
    }

    [Fact]
    public void The_agreement_key_is_the_public_key_converted()
    {
        using KeyPair pair = KeyPair.Generate();
        byte[] converted = new byte[AgreementKey.Size];
        Assert.True(pair.PublicKey.TryToX25519(converted));
        Assert.Equal(converted, pair.Agreement.PublicBytes);
    }

    [Fact]
    public void What_is_no_public_key_verifies_nothing_and_converts_to_nothing()
    {
        PublicKey none = new([.. Enumerable.Repeat((byte)0xFF, PublicKey.Size)]);
        Assert.False(none.Verify("x"u8, new byte[KeyPair.SignatureSize]));
        Assert.False(none.TryToX25519(new byte[AgreementKey.Size]));
    }
}
