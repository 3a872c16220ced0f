namespace Memcache.Tests.Decoders;

/// <summary>
/// Everything in the library that reads raw input: the fuzz target that covers it, or in parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["NumberText.TryParse"] = "memcached number",
        ["Base64Key.TryDecode"] = "memcached session",
        ["ReactorStream.Read"] = "(hands on bytes)",
        ["UserList.TryParse"] = "user file",
    };
}
