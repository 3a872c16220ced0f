namespace DepSky.Tests.Clouds.Abstractions;

public sealed class ObjectNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("units/backup-2026.tar_1/meta")]
    [InlineData("...")]
    [InlineData("a~20~b/~c3a9~")]
    [InlineData("long~~/rest")]
    [InlineData("~41~~~/rest")]
    public void These_are_names(string name) => Assert.True(ObjectName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("a/../b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("~incoming")]
    [InlineData("a~new")]
    [InlineData("~")]
    [InlineData("~4~")]
    [InlineData("~4A~")]
    [InlineData("~~a")]
    public void These_are_not(string name)
    {
        Assert.False(ObjectName.IsValid(name));
        Assert.Throws<ArgumentException>(() => ObjectName.ThrowIfInvalid(name));
    }

    [Fact]
    public void Names_and_parts_are_bounded()
    {
        Assert.True(ObjectName.IsValid(new string('a', ObjectName.PartCharactersMax)));
        Assert.False(ObjectName.IsValid(new string('a', ObjectName.PartCharactersMax + 1)));
        Assert.False(ObjectName.IsValid(string.Join('/', Enumerable.Repeat("abc", 300))));
    }
}
