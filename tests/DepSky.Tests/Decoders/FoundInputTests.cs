using DepSky.Client;
using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Decoders;

/// <summary>Inputs that once got through as an error that nobody had declared.</summary>
public sealed class FoundInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("begun x 00")]
    [InlineData("begun 1 00")]
    [InlineData("begun 99999999999 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("begun 1 zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("stored 1 65536")]
    [InlineData("stored 1 7 00")]
    [InlineData("id x")]
    public void A_ticket_with_a_line_that_no_upload_wrote_is_refused_and_can_be_deleted(string line)
    {
        string path = _folder.At("ticket");
        using (UploadTicket ticket = UploadTicket.Create(path, "parameters", 1, shares: null)) ticket.Number(default);
        File.AppendAllText(path, line + "\n");
        for (int i = 0; i < 2; i++) // the second time, nothing of the first holds the file
        {
            DepSkyException error = Assert.Throws<DepSkyException>(
                () => UploadTicket.Open(path, "parameters", clouds: 4));
            Assert.Contains($"'{path}' is damaged", error.Message, StringComparison.Ordinal);
        }
        using UploadTicket anew = UploadTicket.Create(path, "parameters", 2, shares: null);
    }
}
