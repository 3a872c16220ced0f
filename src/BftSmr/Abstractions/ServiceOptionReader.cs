using System.Globalization;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// Reads a service's options by name. A value that is none of what is asked for, out of its bounds, or never asked for
/// is an error that names the option and the remedy.
/// </summary>
public sealed class ServiceOptionReader
{
    private const string Source = "serviceOptions";

    private readonly IReadOnlyDictionary<string, string> _values;
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    internal ServiceOptionReader(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>A text.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">What it is when it is not given.</param>
    public string Text(string name, string fallback) => Find(name) ?? fallback;

    /// <summary>A whole number.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">What it is when it is not given.</param>
    /// <param name="min">The least that it may be.</param>
    /// <param name="max">The most that it may be.</param>
    /// <exception cref="ConfigurationException">It is no whole number, or out of these bounds.</exception>
    public long Integer(string name, long fallback, long min, long max)
    {
        if (Find(name) is not { } text) return fallback;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            throw Error(name, $"is \"{text}\", but must be a whole number.");
        return value >= min && value <= max
            ? value
            : throw Error(name, string.Create(
                CultureInfo.InvariantCulture, $"is {value}, but must be between {min} and {max}."));
    }

    /// <summary>True or false.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">What it is when it is not given.</param>
    /// <exception cref="ConfigurationException">It is neither.</exception>
    public bool Flag(string name, bool fallback) => Find(name) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        { } text => throw Error(name, $"is \"{text}\", but must be true or false."),
    };

    /// <summary>All options that the service has were asked for: any other one is an error.</summary>
    /// <exception cref="ConfigurationException">An option is unknown; the message lists those that the service
    /// has.</exception>
    public void End()
    {
        foreach (string name in _values.Keys)
        {
            if (_known.Contains(name)) continue;
            throw Error(name, _known.Count == 0
                ? "is not known: this service has no options. Remove it."
                : $"is not known. Remove it, or correct its spelling; this service has {string.Join(", ", _known)}.");
        }
    }

    /// <summary>An error in one option.</summary>
    /// <param name="name">The option.</param>
    /// <param name="problem">What is wrong and what to do, in whole sentences.</param>
    public static ConfigurationException Error(string name, string problem) => new(Source, name, problem);

    private string? Find(string name)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name);
    }
}
