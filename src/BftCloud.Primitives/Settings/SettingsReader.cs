using System.Globalization;
using System.Text.Json;

namespace BftCloud.Primitives;

/// <summary>
/// Reads one JSON object of a configuration file, key by key: a missing, mistyped or unknown key is an error that names
/// the file, the key and the remedy. Call <see cref="End"/> when every known key has been asked for.
/// </summary>
internal sealed class SettingsReader
{
    /// <summary>No configuration comes near it; a larger file is a mistake.</summary>
    private const int FileBytesMax = 16 << 20;

    private static readonly JsonDocumentOptions Options =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 };

    private readonly string _file;
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    private SettingsReader(string file, string path, JsonElement element)
    {
        (_file, _path) = (file, path);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw path.Length == 0
                ? new ConfigurationException(file, "it must hold one JSON object: { \"key\": value, … }.")
                : new ConfigurationException(file, path, $"must be an object {{ … }}, not {Describe(element)}.");
        }
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, property.Value))
                throw Error(property.Name, "stands there twice. Remove one of them.");
        }
    }

    /// <summary>The file's object.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read or is not JSON.</exception>
    public static SettingsReader Load(string file)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(file).Length;
            if (length > FileBytesMax)
                throw new ConfigurationException(
                    file, $"it has {length} bytes, which no configuration has. Is it the right file?");
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException(
                file,
                "there is no such file. "
                + "Check the path, or make a cluster with 'bftcloud cluster init --f 1 --out DIR'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(file, $"it cannot be read: {e.Message} Check its permissions.", e);
        }
        return Parse(file, bytes);
    }

    /// <summary>The object in these bytes; <paramref name="file"/> is only named in errors.</summary>
    public static SettingsReader Parse(string file, ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            CheckTexts(file, json.Span);
            return new SettingsReader(file, "", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is { } line
                ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, column {e.BytePositionInLine + 1})")
                : "";
            throw new ConfigurationException(
                file, $"it is not JSON with comments{where}: {e.Message} Correct it, or restore the file.", e);
        }
    }

    /// <summary>Where in the file this object stands: empty, or <c>replicas[2]</c>.</summary>
    public string Path => _path;

    public bool Has(string key) => _values.ContainsKey(key);

    public string Text(string key) => OptionalText(key) ?? throw Missing(key);

    public string? OptionalText(string key)
    {
        if (!Take(key, out JsonElement value)) return null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Error(key, $"must be a text in quotes, not {Describe(value)}.");
    }

    /// <summary>A list of texts; null if the key is not there.</summary>
    public IReadOnlyList<string>? OptionalTexts(string key)
    {
        if (!Take(key, out JsonElement value)) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Error(key, $"must be a list [ … ], not {Describe(value)}.");
        List<string> texts = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            texts.Add(item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw Error(key, $"must list texts in quotes, not {Describe(item)}."));
        }
        return texts;
    }

    /// <summary>
    /// An object of texts, whole numbers and booleans, as texts in the order of their names; empty if the key is not
    /// there.
    /// </summary>
    public SortedDictionary<string, string> OptionalValues(string key)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        if (!Take(key, out JsonElement value)) return values;
        SettingsReader members = new(_file, PathOf(key), value);
        foreach ((string name, JsonElement member) in members._values)
        {
            values.Add(name, member.ValueKind switch
            {
                JsonValueKind.String => member.GetString()!,
                JsonValueKind.Number when member.TryGetInt64(out long number) =>
                    number.ToString(CultureInfo.InvariantCulture),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => throw members.Error(
                    name, $"must be a text in quotes, a whole number, true or false, not {Describe(member)}."),
            });
        }
        return values;
    }

    /// <summary>A path, relative to the file; absolute when returned.</summary>
    public string FilePath(string key)
    {
        string text = Text(key);
        if (text.Length == 0) throw Error(key, "is empty. Give a path, relative to this file.");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Error(key, "has a character \\u0000, which no path can have. Remove it.");
        return System.IO.Path.GetFullPath(text, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(_file))!);
    }

    public int Integer(string key, int? fallback = null)
    {
        long value = Long(key, fallback);
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw Error(key, $"is out of any range: {value}.");
    }

    public long Long(string key, long? fallback = null)
    {
        if (!Take(key, out JsonElement value)) return fallback ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : throw Error(key, $"must be a whole number, not {Describe(value)}.");
    }

    /// <summary>A name of an enumeration's member, in lower case.</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        if (OptionalText(key) is not { } text) return fallback;
        foreach (T member in Enum.GetValues<T>())
        {
            if (NameOf(member) == text) return member;
        }
        throw Error(key, $"is \"{text}\", but must be one of {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}.");
    }

    /// <summary>Converts a text, turning a <see cref="FormatException"/> into an error that names the key.</summary>
    public T Parsed<T>(string key, Func<string, T> parse)
    {
        string text = Text(key);
        try { return parse(text); }
        catch (FormatException e) { throw new ConfigurationException(_file, PathOf(key), e.Message, e); }
    }

    public IReadOnlyList<T> List<T>(string key, Func<SettingsReader, T> read)
    {
        if (!Take(key, out JsonElement value)) throw Missing(key);
        if (value.ValueKind != JsonValueKind.Array) throw Error(key, $"must be a list [ … ], not {Describe(value)}.");
        List<T> list = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            SettingsReader reader = new(
                _file, string.Create(CultureInfo.InvariantCulture, $"{PathOf(key)}[{list.Count}]"), item);
            list.Add(read(reader));
            reader.End();
        }
        return list;
    }

    /// <summary>Refuses keys that were not asked for.</summary>
    public void End()
    {
        foreach (string key in _values.Keys)
        {
            if (_known.Contains(key)) continue;
            string known = string.Join(", ", _known.Order(StringComparer.Ordinal));
            throw Error(key, $"is not a known key. Remove it, or correct its spelling; the keys here are {known}.");
        }
    }

    public ConfigurationException Error(string key, string problem) => new(_file, PathOf(key), problem);

    /// <summary>How a member of an enumeration is written in a file.</summary>
    public static string NameOf<T>(T member) where T : struct, Enum => member.ToString().ToLowerInvariant();

    /// <summary>
    /// Refuses keys and texts that stand for no characters: JSON's grammar lets them pass, and reading them would
    /// throw.
    /// </summary>
    private static void CheckTexts(string file, ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(
            json,
            new JsonReaderOptions
            {
                CommentHandling = Options.CommentHandling,
                AllowTrailingCommas = Options.AllowTrailingCommas, MaxDepth = Options.MaxDepth,
            });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
            }
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException(
                file,
                string.Create(CultureInfo.InvariantCulture,
                    $"the text at byte {reader.TokenStartIndex} has bytes or \\u escapes that are no characters. ")
                + "Write the file in UTF-8, and correct that text.", e);
        }
    }

    private ConfigurationException Missing(string key) => Error(key, "is missing. Add it.");

    private bool Take(string key, out JsonElement value)
    {
        _known.Add(key);
        return _values.TryGetValue(key, out value);
    }

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => $"the text \"{Shorten(element.GetString()!)}\"",
        JsonValueKind.Number => $"the number {Shorten(element.GetRawText())}",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
