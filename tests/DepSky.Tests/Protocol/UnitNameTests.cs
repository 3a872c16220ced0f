using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

public sealed class UnitNameTests
{
    [Theory]
    [InlineData("plain/name-1_2.txt", "plain/name-1_2.txt")]
    [InlineData("two words", "two~20~words")]
    [InlineData("README", "~524541444d45~")]
    [InlineData("Readme", "~52~eadme")]
    [InlineData("été", "~c3a9~t~c3a9~")]
    [InlineData("a+b@c", "a~2b~b~40~c")]
    [InlineData(".bashrc/x.", "~2e~bashrc/x.")]
    [InlineData("...", "~2e~..")]
    [InlineData("~", "~7e~")]
    [InlineData("日本", "~e697a5e69cac~")]
    [InlineData("😀", "~f09f9880~")]
    [InlineData("a\\b", "a~5c~b")]
    public void A_name_has_one_place_and_a_place_one_name(string unit, string place)
    {
        Assert.Equal(place, UnitName.Escape(unit));
        Assert.True(UnitName.TryUnescape(place, out string? read));
        Assert.Equal(unit, read);
        Assert.True(ObjectName.IsValid(new UnitLayout(unit).Metadata(default)));
    }

    [Fact]
    public void Any_names_have_places_that_differ_without_case_and_are_read_back()
    {
        Random random = new(1);
        Dictionary<string, string> places = new(StringComparer.OrdinalIgnoreCase);
        string letters = "aAbB019.~_- /é日\u0301\U0001f600+%@";
        for (int i = 0; i < 20_000; i++)
        {
            string unit = string.Concat(
                Enumerable.Range(0, random.Next(1, 9)).Select(_ => letters[random.Next(letters.Length)]));
            if (UnitName.ProblemOf(unit) is not null) continue;
            string place = UnitName.Escape(unit);
            Assert.True(ObjectName.IsValid(place), place);
            Assert.True(UnitName.TryUnescape(place, out string? read) && read == unit, unit);
            Assert.True(!places.TryGetValue(place, out string? other) || other == unit, $"{unit}, {other}");
            places[place] = unit;
            Assert.StartsWith(UnitName.PlainStartOf(unit), place, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("日", 85)]
    [InlineData("é", 127)]
    [InlineData("A", 255)]
    [InlineData("a", 255)]
    [InlineData(".", 255)]
    public void The_longest_name_of_a_file_fits_in_folders(string letter, int count)
    {
        string unit = "folder/" + string.Concat(Enumerable.Repeat(letter, count));
        Assert.Null(UnitName.ProblemOf(unit));

        string place = UnitName.Escape(unit);

        Assert.All(place.Split('/'), static part => Assert.InRange(part.Length, 1, 200));
        Assert.True(ObjectName.IsValid(new UnitLayout(unit).Block(default, 0)));
        Assert.True(UnitName.TryUnescape(place, out string? read));
        Assert.Equal(unit, read);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/a", "begins or ends")]
    [InlineData("a/", "begins or ends")]
    [InlineData("a//b", "begins or ends")]
    [InlineData("a/./b", "'.'")]
    [InlineData("..", "'..'")]
    [InlineData("a\tb", "control")]
    [InlineData("a\u0085b", "control")]
    [InlineData("a\0", "control")]
    public void What_cannot_be_a_name_is_refused_with_its_reason(string unit, string reason)
    {
        Assert.Contains(reason, UnitName.ProblemOf(unit), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new UnitLayout(unit));
    }

    [Fact]
    public void Halves_of_characters_and_long_names_are_refused()
    {
        Assert.Contains("Unicode", UnitName.ProblemOf("a\ud800"), StringComparison.Ordinal);
        Assert.Contains("too long", UnitName.ProblemOf(new string('a', 513)), StringComparison.Ordinal);
        Assert.Contains("too long", UnitName.ProblemOf(new string('日', 171)), StringComparison.Ordinal);
        Assert.Contains("too long", UnitName.ProblemOf(new string('A', 500)), StringComparison.Ordinal);
        Assert.Null(UnitName.ProblemOf(new string('a', 512)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("README")]
    [InlineData(".x")]
    [InlineData("~61~")]
    [InlineData("~52~~45~")]
    [InlineData("~c3~")]
    [InlineData("~C3A9~")]
    [InlineData("short~~/rest")]
    [InlineData("x~~")]
    [InlineData("~2e~")]
    public void What_is_not_the_one_spelling_of_a_name_is_no_place(string place) =>
        Assert.False(UnitName.TryUnescape(place, out _));

    [Theory]
    [InlineData("README", true)]
    [InlineData("a/B.txt", true)]
    [InlineData("readme", false)]
    [InlineData("Two words", false)]
    [InlineData(".Hidden", false)]
    public void Plain_names_with_capitals_may_lie_under_themselves(string unit, bool expected) =>
        Assert.Equal(expected, UnitName.MayBeOld(unit));
}
