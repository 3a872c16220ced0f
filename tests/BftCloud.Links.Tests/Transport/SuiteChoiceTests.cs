using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class SuiteChoiceTests
{
    private const CipherSuites ChaCha = CipherSuites.ChaCha20Poly1305;
    private const CipherSuites Aegis = CipherSuites.Aegis128L;
    private const CipherSuites Unknown = (CipherSuites)0x84;

    [Theory]
    [InlineData((int)(ChaCha | Aegis), (int)(ChaCha | Aegis), (int)Aegis)]
    [InlineData((int)(ChaCha | Aegis), (int)ChaCha, (int)ChaCha)]
    [InlineData((int)ChaCha, (int)(ChaCha | Aegis), (int)ChaCha)]
    [InlineData((int)(ChaCha | Aegis | Unknown), (int)(ChaCha | Aegis), (int)Aegis)]
    [InlineData((int)(ChaCha | Unknown), (int)(ChaCha | Aegis), (int)ChaCha)]
    [InlineData((int)Unknown, (int)(ChaCha | Aegis), 0)]
    [InlineData((int)Aegis, (int)ChaCha, 0)]
    [InlineData(0, (int)(ChaCha | Aegis), 0)]
    public void The_best_suite_that_both_have_is_chosen(int offered, int own, int expected)
    {
        bool isAny = SuiteChoice.TryChoose((CipherSuites)offered, (CipherSuites)own, out CipherSuites chosen);

        Assert.Equal(expected != 0, isAny);
        Assert.Equal((CipherSuites)expected, chosen);
    }

    [Theory]
    [InlineData((int)(ChaCha | Aegis), (int)Aegis, true)]
    [InlineData((int)(ChaCha | Aegis), (int)ChaCha, true)]
    [InlineData((int)ChaCha, (int)Aegis, false)]
    [InlineData((int)(ChaCha | Aegis), (int)(ChaCha | Aegis), false)]
    [InlineData((int)(ChaCha | Aegis), 0, false)]
    [InlineData((int)(ChaCha | Aegis), 4, false)]
    public void An_answer_is_one_suite_of_those_offered(int offered, int chosen, bool isAnswer) =>
        Assert.Equal(isAnswer, SuiteChoice.IsAnswerTo((CipherSuites)offered, (CipherSuites)chosen));

    [Fact]
    public void Every_machine_has_ChaCha20_Poly1305() => Assert.True(SuiteChoice.OfThisMachine.HasFlag(ChaCha));
}
