using BftCloud.Testing.Fuzzing;

namespace BftSmr.Tests.Decoders;

/// <summary>What fuzzing finds is kept, and tried before anything else from then on.</summary>
public sealed class CorpusTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_finding_is_kept_and_tried_first()
    {
        Corpus corpus = new(_directory.Path);
        FuzzTarget broken = new("broken decoder", static _ => [1, 2, 3], static bytes => bytes.Length < 4
            ? bytes.Length == 3
            : throw new InvalidOperationException("No target declares this."));
        FuzzException found = Assert.Throws<FuzzException>(() => Fuzzer.Run(broken, corpus));
        string file = Assert.Single(corpus.FilesOf(broken.Name));
        Assert.Contains($"It is kept as {file}", found.Message, StringComparison.Ordinal);
        Assert.Equal(_directory.At("broken-decoder"), Path.GetDirectoryName(file));

        FuzzTarget untouched = broken with { Valid = static _ => throw new NotSupportedException("Not first.") };
        FuzzException again = Assert.Throws<FuzzException>(() => Fuzzer.Run(untouched, corpus));
        Assert.EndsWith($"It is {file}", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_no_target_is_found()
    {
        Corpus corpus = new(_directory.Path);
        corpus.Keep("old target", [1]);
        corpus.Check(["old target"]);
        FuzzException gone = Assert.Throws<FuzzException>(() => corpus.Check(["new target"]));
        Assert.Contains("old-target", gone.Message, StringComparison.Ordinal);
    }
}
