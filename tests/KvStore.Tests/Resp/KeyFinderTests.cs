using System.Text;
using KvStore.Gateway.Details;

namespace KvStore.Tests.Resp;

/// <summary>Where the keys are among arguments, for every form of specification.</summary>
public sealed class KeyFinderTests
{
    [Theory]
    [InlineData("c to 2 a b x", "to a b")]
    [InlineData("c to 1 a b", "to a")]
    [InlineData("c to 3 a b", "")]
    [InlineData("c to 0 a b", "")]
    [InlineData("c to -1 a", "")]
    [InlineData("c to x a", "")]
    [InlineData("c to 9223372036854775807 a", "")]
    [InlineData("c to", "")]
    public void Keys_that_are_counted(string command, string keys) =>
        Assert.Equal(keys, Found(command, KeySpec.Key(1, KeyUses.Overwrites), KeySpec.Counted(2, KeyUses.Reads)));

    [Theory]
    [InlineData("c a b 0", "a b")]
    [InlineData("c a 0", "a")]
    [InlineData("c 0", "")]
    public void Keys_up_to_the_last_but_one(string command, string keys) =>
        Assert.Equal(keys, Found(command, KeySpec.Keys(1, KeyUses.Takes, last: -2)));

    [Fact]
    public void Keys_that_are_counted_have_no_range() =>
        Assert.Equal((1, 1, 1), new CommandDetails(
            "c", CommandFlags.Write, AclCategories.Sets, "", "", KeySpec.Key(1, KeyUses.Overwrites),
            KeySpec.Counted(2, KeyUses.Reads)).KeyRange());

    private static string Found(string command, params KeySpec[] keys)
    {
        CommandDetails details = new("c", CommandFlags.Write, AclCategories.Sets, "", "", keys);
        byte[][] words = [.. command.Split(' ').Select(Encoding.ASCII.GetBytes)];
        return string.Join(' ', KeyFinder.Find(details, words).Select(static k => Encoding.ASCII.GetString(k.Key)));
    }
}
