using BftCloud.Testing.Fuzzing;
using DepSky.Client;

namespace DepSky.Tests.Decoders;

/// <summary>What becomes of inputs of the corpus that once caused an error that their target did not declare.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("begun-no-number")]
    [InlineData("begun-short-digest")]
    [InlineData("begun-number-too-large")]
    [InlineData("begun-digest-of-letters")]
    [InlineData("stored-too-many-holders")]
    [InlineData("stored-short-digest")]
    [InlineData("id-that-is-none")]
    public void A_ticket_with_a_line_that_no_upload_wrote_is_refused_and_can_be_deleted(string input)
    {
        string path = _folder.At("ticket");
        File.WriteAllBytes(path, Corpus.Of("DepSky.Tests").Read("upload ticket", input));
        for (int i = 0; i < 2; i++) // the second time, nothing of the first holds the file
        {
            DepSkyException error = Assert.Throws<DepSkyException>(
                () => UploadTicket.Open(path, ObjectTargets.Parameters, clouds: 4));
            Assert.Contains($"'{path}' is damaged", error.Message, StringComparison.Ordinal);
        }
        using UploadTicket anew = UploadTicket.Create(path, ObjectTargets.Parameters, 2, shares: null);
    }
}
