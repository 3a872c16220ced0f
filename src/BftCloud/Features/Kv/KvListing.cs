using System.Text;
using System.Text.Json.Serialization;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>
/// A key and its value in JSON: as text where they are UTF-8, otherwise in base 64 under another name.
/// </summary>
internal sealed record KvListing
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyBase64 { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ValueBase64 { get; init; }

    public static KvListing Of(KvPair pair)
    {
        string? key = TextOf(pair.Key.Span);
        KvListing listing = new() { Key = key, KeyBase64 = key is null ? Convert.ToBase64String(pair.Key.Span) : null };
        if (pair.Value is not { } value) return listing;
        string? text = TextOf(value.Span);
        return listing with { Value = text, ValueBase64 = text is null ? Convert.ToBase64String(value.Span) : null };
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        try { return Strict.GetString(bytes); }
        catch (DecoderFallbackException) { return null; }
    }
}
