using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Cryptography;

public sealed class AgreementKeyTests
{
    [Fact]
    public void Agrees_as_the_first_vector_of_RFC_7748_says()
    {
        using AgreementKey key =
            AgreementKey.FromSecret(Hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
        byte[] shared = new byte[AgreementKey.Size];
        Assert.True(key.TryAgree(Hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), shared));
        Assert.Equal(
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", Convert.ToHexStringLower(shared));
    }

    [Fact]
    public void Both_ends_agree_on_the_same()
    {
        using AgreementKey one = AgreementKey.Generate(), other = AgreementKey.Generate();
        byte[] here = new byte[AgreementKey.Size], there = new byte[AgreementKey.Size];
        Assert.True(one.TryAgree(other.PublicBytes, here));
        Assert.True(other.TryAgree(one.PublicBytes, there));
        Assert.Equal(here, there);
        Assert.NotEqual(new byte[AgreementKey.Size], here);
    }

    [Fact]
    public void Nothing_is_agreed_with_a_key_of_small_order()
    {
        using AgreementKey key = AgreementKey.Generate();
        byte[] shared = [.. Enumerable.Repeat((byte)1, AgreementKey.Size)];
        Assert.False(key.TryAgree(new byte[AgreementKey.Size], shared));
        Assert.Equal(new byte[AgreementKey.Size], shared);
    }

    [Fact]
    public void A_disposed_key_agrees_on_nothing()
    {
        using AgreementKey other = AgreementKey.Generate();
        AgreementKey key = AgreementKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.TryAgree(other.PublicBytes, new byte[AgreementKey.Size]));
    }

    private static byte[] Hex(string digits) => Convert.FromHexString(digits);
}
