using System.Globalization;
using Tidy.Tests.Sources;
using Xunit.Abstractions;

namespace Tidy.Tests.Prose;

/// <summary>Pages read well. The report of sentence lengths is the output of the first test.</summary>
public class ProseTests(ITestOutputHelper output)
{
    private const string Thirty = "One two three four five six seven eight nine ten one two three four five six seven "
        + "eight nine ten one two three four five six seven eight nine ten";

    private static IReadOnlyList<SourceFile> Pages => Checkout.Pages;

    [Fact]
    public void Sentences_are_short()
    {
        foreach (SourceFile page in Pages)
        {
            Sentence[] sentences = [.. Sentence.Of(page)];
            int longest = sentences.Select(static s => s.Words).DefaultIfEmpty().Max();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{page.Path}: mean {ProseRules.MeanWords(sentences):F1}, longest {longest}"));
        }
        Breach.AssertNone(ProseRules.LongSentences(Pages));
    }

    [Fact]
    public void Sentences_name_things() => Breach.AssertNone(ProseRules.Riddles(Pages));

    [Fact]
    public void Code_names_things() => Breach.AssertNone(ProseRules.RiddlesOfCode(Checkout.Sources));

    [Fact]
    public void Pages_are_short() => Breach.AssertNone(ProseRules.LongPages(Pages));

    [Theory]
    [InlineData(Thirty + " one two three four five.", 0)]
    [InlineData(Thirty + " one two three four five six.", 1)]
    [InlineData("- " + Thirty + "\n  one two three four five six.\n", 1)]
    [InlineData("| " + Thirty + " one two three four five six | |", 1)]
    [InlineData(Thirty + ". " + Thirty + " (a).", 0)]
    [InlineData(Thirty + " `one two three four five six`.", 0)]
    [InlineData("```\n" + Thirty + " one two three four five six.\n```", 0)]
    public void A_long_sentence_is_found(string text, int breaches) =>
        Assert.Equal(breaches, ProseRules.LongSentences([new("a.md", text)]).Count());

    [Fact]
    public void A_page_of_long_sentences_is_found()
    {
        string sentence = string.Join(' ', Enumerable.Repeat("word", 17)) + ". ";
        Assert.Empty(ProseRules.LongSentences([new("a.md", string.Concat(Enumerable.Repeat(sentence, 4)))]));
        Assert.Single(ProseRules.LongSentences([new("a.md", string.Concat(Enumerable.Repeat(sentence, 5)))]));
    }

    [Theory]
    [InlineData("A replica that lost its disk votes on nothing.", 0)]
    [InlineData("Whoever lost its disk is in silence.", 2)]
    [InlineData("A replica whose disk was lost votes on nothing.", 0)]
    [InlineData("The code says `who`.", 0)]
    public void A_riddle_is_found(string text, int breaches) =>
        Assert.Equal(breaches, ProseRules.Riddles([new("a.md", text)]).Count());

    [Theory]
    [InlineData("/// <summary>Deletes what nobody needs.</summary>\nclass A;", 1)]
    [InlineData("// Whoever connects, and a client who leaves.\nclass A;", 2)]
    [InlineData("#pragma warning disable CA1031 // Somebody is told.\nclass A;", 1)]
    [InlineData("class A { string B => \"given to nobody\"; }", 1)]
    [InlineData("class A { string B(int c) => $\"Everybody has {c}.\"; }", 1)]
    [InlineData("class A { string B => \"\"\"nobody\"\"\"; }", 1)]
    [InlineData("/// <summary>A replica whose disk was lost: <see cref=\"Nobody\"/>.</summary>\nclass Nobody;", 0)]
    public void A_riddle_in_code_is_found(string text, int breaches)
    {
        Assert.Equal(breaches, ProseRules.RiddlesOfCode([new("src/A/A.cs", text)]).Count());
        Assert.Empty(ProseRules.RiddlesOfCode([new("tests/A.Tests/A.cs", text)]));
    }

    [Theory]
    [InlineData("docs/spec/a.md", 150, 0)]
    [InlineData("docs/spec/a.md", 151, 1)]
    [InlineData("README.md", 111, 1)]
    [InlineData("docs/adr/a.md", 151, 0)]
    public void A_long_page_is_found(string path, int lines, int breaches) =>
        Assert.Equal(breaches, ProseRules.LongPages([new(path, new string('\n', lines))]).Count());
}
