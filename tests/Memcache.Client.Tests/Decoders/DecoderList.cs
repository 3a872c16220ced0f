namespace Memcache.Client.Tests.Decoders;

/// <summary>
/// Everything in the library that reads raw input: the fuzz target that covers it, or in parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["KeyText.Checked"] = "(the application's own key)",
        ["ReplyParser.TryParse"] = "cache reply",
        ["Seal.TryOpen"] = "seal",
    };
}
