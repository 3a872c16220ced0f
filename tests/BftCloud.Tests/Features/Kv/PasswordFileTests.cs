using BftCloud.Common;
using BftCloud.Features.Kv;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Features.Kv;

public sealed class PasswordFileTests
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\n", "secret")]
    [InlineData("with space\r\nsecond line\n", "with space")]
    [InlineData("pässword\n", "pässword")]
    public void The_first_line_is_the_password(string content, string password)
    {
        using TemporaryDirectory directory = new();
        Assert.Equal(password, PasswordFile.Load(Write(directory, content, Own)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_read_or_write_is_refused(UnixFileMode others)
    {
        using TemporaryDirectory directory = new();
        string path = Write(directory, "secret\n", Own | others);
        CommandFailedException refused = Assert.Throws<CommandFailedException>(() => PasswordFile.Load(path));
        Assert.Contains($"chmod 600 '{path}'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\nsecret\n")]
    public void A_file_without_a_password_is_refused(string content)
    {
        using TemporaryDirectory directory = new();
        string path = Write(directory, content, Own);
        Assert.Throws<CommandFailedException>(() => PasswordFile.Load(path));
    }

    [Fact]
    public void A_file_that_is_missing_or_no_password_file_is_refused()
    {
        using TemporaryDirectory directory = new();
        Assert.Throws<CommandFailedException>(() => PasswordFile.Load(directory.At("nowhere")));
        string path = Write(directory, new string('x', 70_000), Own);
        Assert.Throws<CommandFailedException>(() => PasswordFile.Load(path));
    }

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("[::]:0")]
    public async Task An_address_beyond_this_machine_is_refused_without_a_password(string address)
    {
        string error = await CommandLineRun.FailAsync(
            ExitCode.Failed, "kv", "--cluster", "/nowhere", "serve", "--listen", address);
        foreach (string way in (string[])["--password-file", "--unprotected", "127.0.0.1"])
            Assert.Contains(way, error, StringComparison.Ordinal);
    }

    private static string Write(TemporaryDirectory directory, string content, UnixFileMode mode)
    {
        string path = directory.At("password");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
