using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Common;

/// <summary>The services that a replica process can run, by the name in <c>cluster.json</c>.</summary>
/// <param name="services">Each service's name, and what makes a new, empty instance of it; the first is the
/// default.</param>
internal sealed class ServiceCatalog(IReadOnlyList<(string Name, Func<ServiceOptions, IStateMachine> Create)> services)
{
    /// <summary>The first is the default.</summary>
    public IReadOnlyList<string> Names { get; } = [.. services.Select(static service => service.Name)];

    /// <summary>A new, empty instance of the service.</summary>
    /// <exception cref="CommandFailedException">There is no service of that name.</exception>
    /// <exception cref="ConfigurationException">It does not have such options.</exception>
    public IStateMachine Create(string name, ServiceOptions options)
    {
        foreach ((string known, Func<ServiceOptions, IStateMachine> create) in services)
        {
            if (known == name) return create(options);
        }
        throw new CommandFailedException(
            $"This program has no service '{name}', only {string.Join(", ", Names)}. "
            + "Correct 'service' in cluster.json, or run the program that has it.");
    }
}
