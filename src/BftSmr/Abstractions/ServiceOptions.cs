namespace BftSmr;

/// <summary>
/// What <c>cluster.json</c> tells the service under <c>serviceOptions</c>: names and values, equal at all replicas.
/// The service's factory reads them with <see cref="Read"/>, which finds what is unknown or out of bounds.
/// </summary>
public sealed class ServiceOptions
{
    /// <summary>Options of one service, at most.</summary>
    public const int CountMax = 64;

    /// <summary>Characters of one value, at most.</summary>
    public const int ValueCharactersMax = 4096;

    private readonly SortedDictionary<string, string> _values;

    private ServiceOptions(SortedDictionary<string, string> values) => _values = values;

    /// <summary>No options: the service's defaults.</summary>
    public static ServiceOptions None { get; } = new(new SortedDictionary<string, string>(StringComparer.Ordinal));

    /// <summary>
    /// The options as texts, in the order of their names: a number in decimal, a boolean as <c>true</c> or
    /// <c>false</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Options of these names and values.</summary>
    public static ServiceOptions Of(IEnumerable<KeyValuePair<string, string>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        SortedDictionary<string, string> sorted = new(StringComparer.Ordinal);
        foreach ((string name, string value) in values) sorted[name] = value;
        return sorted.Count == 0 ? None : new ServiceOptions(sorted);
    }

    /// <summary>Reads them one by one; call <see cref="ServiceOptionReader.End"/> last.</summary>
    public ServiceOptionReader Read() => new(_values);
}
