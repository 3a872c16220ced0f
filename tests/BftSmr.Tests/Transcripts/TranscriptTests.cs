namespace BftSmr.Tests.Transcripts;

/// <summary>
/// Replays the transcripts in tests/transcripts on four real cores. <c>tests/transcripts/record</c> records them anew.
/// </summary>
public sealed class TranscriptTests
{
    private const string Example = "# one\n> cluster\n\n> submit c0/1 to r0\nold line\n> status\n";

    public static TheoryData<string> Names =>
    [
        .. new DirectoryInfo(Folder()).EnumerateFiles("*.txt")
            .Select(static file => file.Name).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_core_does_what_its_transcript_says(string name)
    {
        string path = Path.Combine(Folder(), name);
        string recorded = File.ReadAllText(path);
        string replayed = Transcript.Replay(recorded);
        if (Environment.GetEnvironmentVariable("TRANSCRIPTS_RECORD") == "1") File.WriteAllText(path, replayed);
        else if (Transcript.Difference(recorded, replayed) is { } difference)
            Assert.Fail($"tests/transcripts/{name}: {difference}\nIf the change is meant: tests/transcripts/record");
    }

    [Fact]
    public void A_replay_keeps_explanations_and_commands_and_nothing_else_of_the_text()
    {
        string replayed = Transcript.Replay(Example);
        Assert.DoesNotContain("old line", replayed, StringComparison.Ordinal);
        Assert.StartsWith("# one\n> cluster\n", replayed, StringComparison.Ordinal);
        Assert.Contains(
            "\n\n> submit c0/1 to r0\nr0 takes the request c0/1 from its client\n", replayed, StringComparison.Ordinal);
        Assert.Equal(replayed, Transcript.Replay(replayed));
    }

    [Fact]
    public void A_changed_line_is_named()
    {
        string replayed = Transcript.Replay(Example);
        string changed = replayed.Replace("WRITE(R0, #1, A)", "WRITE(R0, #2, A)", StringComparison.Ordinal);
        Assert.NotEqual(replayed, changed);
        Assert.Contains("WRITE(R0, #2, A)", Transcript.Difference(changed, replayed), StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_does_not_exist_is_named_with_its_line()
    {
        FormatException error = Assert.Throws<FormatException>(() => Transcript.Replay("> cluster\n> fly\n"));
        Assert.StartsWith("Line 2, '> fly'", error.Message, StringComparison.Ordinal);
    }

    private static string Folder() => Checkout.At("tests", "transcripts");
}
