using System.Diagnostics.CodeAnalysis;
using BftSmr.Ordering.ModSmart;

namespace BftSmr.Ordering.Protocols;

/// <summary>
/// The protocols that this process knows, by name. A library that brings one registers it before the first cluster is
/// loaded.
/// </summary>
internal static class OrderingProtocols
{
    private static readonly Dictionary<string, OrderingProtocol> s_byName = new(StringComparer.Ordinal)
    {
        [ModSmartProtocol.Instance.Name] = ModSmartProtocol.Instance,
    };

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            lock (s_byName) return [.. s_byName.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Makes a protocol known.</summary>
    /// <exception cref="ArgumentException">Another one has its name.</exception>
    public static void Register(OrderingProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        lock (s_byName)
        {
            if (!s_byName.TryAdd(protocol.Name, protocol) && !ReferenceEquals(s_byName[protocol.Name], protocol))
                throw new ArgumentException(
                    $"Another protocol is called \"{protocol.Name}\" already. Give this one a name of its own.",
                    nameof(protocol));
        }
    }

    public static bool TryFind(string name, [NotNullWhen(true)] out OrderingProtocol? protocol)
    {
        lock (s_byName) return s_byName.TryGetValue(name, out protocol);
    }
}
