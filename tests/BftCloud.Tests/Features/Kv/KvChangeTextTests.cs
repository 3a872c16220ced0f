using System.Text;
using BftCloud.Features.Kv;
using KvStore;

namespace BftCloud.Tests.Features.Kv;

/// <summary>Changes as people read them.</summary>
public sealed class KvChangeTextTests
{
    private static readonly DateTimeOffset Time =
        new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddMicroseconds(789);

    [Theory]
    [InlineData(KvChangeKind.String, 5, "value", "string\t\"k\"\t\"value\"")]
    [InlineData(KvChangeKind.String, 0, "", "string\t\"k\"\t\"\"")]
    [InlineData(KvChangeKind.String, 1000, "value", "string\t\"k\"\t\"value\"... of 1000 bytes")]
    [InlineData(KvChangeKind.SortedSet, 3, null, "sorted-set\t\"k\"\t3 elements")]
    [InlineData(KvChangeKind.Deleted, 0, null, "deleted\t\"k\"")]
    [InlineData(KvChangeKind.Expired, 0, null, "expired\t\"k\"")]
    [InlineData(KvChangeKind.Cleared, 0, null, "cleared")]
    public void A_line_has_the_agreed_time_the_kind_the_key_and_the_value(
        KvChangeKind kind, long size, string? value, string expected)
    {
        byte[]? bytes = value is null ? null : Encoding.UTF8.GetBytes(value);
        KvChange change = new(kind, 7, Time, "k"u8.ToArray(), size, bytes);
        Assert.Equal($"2026-02-03T04:05:06.000789Z\t{expected}", KvChangeText.Of(change));
    }

    [Theory]
    [InlineData("a\tb\nc", "a\\x09b\\x0ac")]
    [InlineData("\e[31mred", "\\x1b[31mred")]
    [InlineData("quote \" and \\", "quote \\\" and \\\\")]
    [InlineData("naïve 日本 😀", "naïve 日本 😀")]
    [InlineData("turned \u202e round", "turned \\xe2\\x80\\xae round")]
    public void Nothing_of_a_key_or_value_reaches_the_terminal_as_a_command(string key, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        string line = KvChangeText.Of(new KvChange(KvChangeKind.String, 7, Time, bytes, bytes.Length, bytes));
        Assert.EndsWith($"\t\"{shown}\"\t\"{shown}\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_one_by_one() => Assert.EndsWith(
        "\t\"\\xff\\xc3(\"",
        KvChangeText.Of(new KvChange(KvChangeKind.Deleted, 7, Time, new byte[] { 0xff, 0xc3, 0x28 }, 0, null)),
        StringComparison.Ordinal);
}
