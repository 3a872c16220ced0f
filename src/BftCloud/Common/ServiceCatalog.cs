using BftCloud.Features.Counter;
using BftCloud.Features.Echo;
using BftSmr;
using KvStore;

namespace BftCloud.Common;

/// <summary>The services that a replica process can run, by the name in <c>cluster.json</c>.</summary>
internal static class ServiceCatalog
{
    /// <summary>The first is the default.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kv", "echo", "counter"];

    /// <summary>A new, empty instance of the service.</summary>
    public static IStateMachine Create(string name) => name switch
    {
        "kv" => new KvStateMachine(),
        "echo" => new EchoStateMachine(),
        "counter" => new CounterStateMachine(),
        _ => throw new CommandFailedException($"This program has no service '{name}', only {string.Join(", ", Names)}. Correct 'service' in cluster.json, or run the program that has it."),
    };
}
