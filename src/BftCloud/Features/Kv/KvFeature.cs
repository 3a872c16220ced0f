using BftCloud.Bench;
using BftCloud.Chaos;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>The replicated key-value store.</summary>
internal static class KvFeature
{
    public const string Name = "kv";

    public static ServiceFeature Value { get; } = new(Name, KvStateMachine.Create)
    {
        Verbs = KvCommand.Create,
        Benchmarks =
        [
            new BenchWorkload(
                Name, Name, "Puts, or with --reads gets, on a cluster made with --service kv.",
                static plan => new KvBenchLoad(plan)),
        ],
        Chaos = new ChaosWorkload(Name, static (directory, manifest) => new KvChaosLoad(directory, manifest)),
        Failures = static () => [typeof(KvException)],
    };
}
