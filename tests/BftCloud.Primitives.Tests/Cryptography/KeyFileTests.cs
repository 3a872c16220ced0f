using System.Runtime.Versioning;
using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Cryptography;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly KeyPair _pair = KeyPair.Generate();

    private string FilePath => _directory.At("node.key");

    public void Dispose()
    {
        _pair.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void What_was_saved_is_loaded_and_only_its_owner_can_read_it()
    {
        KeyFile.Save(FilePath, _pair);
        using KeyPair loaded = KeyFile.Load(FilePath, _pair.PublicKey);
        Assert.Equal(_pair.PublicKey, loaded.PublicKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        byte[] one = new byte[64];
        byte[] two = new byte[64];
        _pair.Sign("x"u8, one);
        loaded.Sign("x"u8, two);
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_key_is_never_overwritten()
    {
        KeyFile.Save(FilePath, _pair);
        string before = File.ReadAllText(FilePath);
        using KeyPair other = KeyPair.Generate();
        Assert.Contains(
            "exists already", Assert.Throws<KeyFileException>(() => KeyFile.Save(FilePath, other)).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_pair_from_a_file_gives_its_secret_to_no_other_file()
    {
        KeyFile.Save(FilePath, _pair);
        using KeyPair loaded = KeyFile.Load(FilePath);
        string copy = _directory.At("copy.key");
        Assert.Contains(
            $"Copy that file to '{copy}'", Assert.Throws<KeyFileException>(() => KeyFile.Save(copy, loaded)).Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(copy));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(
            FilePath, Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains(
            "nowhere",
            Assert.Throws<KeyFileException>(() => KeyFile.Save(_directory.At("nowhere", "node.key"), _pair)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_open_to_others_is_refused_with_the_command_that_closes_it(UnixFileMode mode)
    {
        KeyFile.Save(FilePath, _pair);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        Assert.Contains(
            $"chmod 600 '{FilePath}'", Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_nodes_key_is_refused()
    {
        using KeyPair other = KeyPair.Generate();
        KeyFile.Save(FilePath, _pair);
        KeyFileException error = Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath, other.PublicKey));
        Assert.Contains(_pair.PublicKey.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(other.PublicKey.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_and_secret_key_must_belong_together()
    {
        using KeyPair other = KeyPair.Generate();
        KeyFile.Save(FilePath, _pair);
        File.WriteAllText(
            FilePath,
            File.ReadAllText(FilePath)
                .Replace(_pair.PublicKey.ToString(), other.PublicKey.ToString(), StringComparison.Ordinal));
        Assert.Contains(
            "belong together", Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_and_every_changed_character_is_refused()
    {
        KeyFile.Save(FilePath, _pair);
        string whole = File.ReadAllText(FilePath);
        string changed = _directory.At("changed.key");
        KeyFile.Save(changed, _pair);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllText(changed, whole[..length]);
            Assert.Throws<KeyFileException>(() => KeyFile.Load(changed));
        }
        for (int i = 0; i < whole.Length - 1; i++)
        {
            File.WriteAllText(changed, $"{whole[..i]}{(whole[i] == '0' ? '1' : '0')}{whole[(i + 1)..]}");
            Assert.Throws<KeyFileException>(() => KeyFile.Load(changed));
        }
        File.WriteAllText(changed, whole + "more");
        Assert.Throws<KeyFileException>(() => KeyFile.Load(changed));
        File.WriteAllText(changed, new string('x', 10_000));
        Assert.Throws<KeyFileException>(() => KeyFile.Load(changed));
    }
}
