using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BftCloud.Primitives;

/// <summary>Writes one configuration file: JSON with a comment above each key that needs one.</summary>
internal sealed class SettingsWriter
{
    private readonly StringBuilder _text = new("{\n");
    private bool _first = true;

    public SettingsWriter Comment(string comment)
    {
        Separate();
        _text.Append("  // ").Append(comment).Append('\n');
        _first = true;
        return this;
    }

    public SettingsWriter Add(string key, string value) => Raw(key, Quote(value));

    public SettingsWriter Add(string key, long value) => Raw(key, value.ToString(CultureInfo.InvariantCulture));

    public SettingsWriter Add<T>(string key, T value) where T : struct, Enum =>
        Raw(key, Quote(SettingsReader.NameOf(value)));

    /// <summary>A list of flat objects, one on each line.</summary>
    public SettingsWriter AddList<T>(
        string key, IEnumerable<T> items, Func<T, IEnumerable<(string Key, object Value)>> fields) =>
        Raw(key, $"[\n{string.Join(",\n", items.Select(item => $"    {{ {Flat(fields(item))} }}"))}\n  ]");

    /// <summary>
    /// An object of named values, one on each line; what reads as a number or a boolean is written so.
    /// </summary>
    public SettingsWriter AddObject(string key, IEnumerable<KeyValuePair<string, string>> values) =>
        Raw(key, $"{{\n{string.Join(",\n", values.Select(static value =>
            $"    {Quote(value.Key)}: {(IsBare(value.Value) ? value.Value : Quote(value.Value))}"))}\n  }}");

    /// <summary>How <paramref name="file"/> names <paramref name="target"/>.</summary>
    public static string Relative(string file, string target) =>
        Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFullPath(target));

    public void Save(string file)
    {
        if (!_first) _text.Append('\n');
        _text.Append("}\n");
        File.WriteAllText(file, _text.ToString());
    }

    private SettingsWriter Raw(string key, string json)
    {
        Separate();
        _text.Append("  ").Append(Quote(key)).Append(": ").Append(json);
        _first = false;
        return this;
    }

    private void Separate()
    {
        if (!_first) _text.Append(",\n");
    }

    private static string Flat(IEnumerable<(string Key, object Value)> fields) =>
        string.Join(", ", fields.Select(static field => $"{Quote(field.Key)}: {Scalar(field.Value)}"));

    private static string Scalar(object value) => value switch
    {
        int number => number.ToString(CultureInfo.InvariantCulture),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        _ => Quote((string)value),
    };

    private static bool IsBare(string value) =>
        value is "true" or "false"
        || (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number.ToString(CultureInfo.InvariantCulture) == value);

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
