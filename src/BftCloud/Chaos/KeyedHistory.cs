using BftCloud.Simulation;

namespace BftCloud.Chaos;

/// <summary>The history of each key of a service, checked against a model of what one key does.</summary>
/// <typeparam name="TOperation">An operation on a key, with its outcome.</typeparam>
/// <param name="model">What a key does that is used by one client at a time.</param>
internal sealed class KeyedHistory<TOperation>(ISequentialModel<TOperation> model) : ChaosHistory
{
    private const int ConfigurationsMax = 2_000_000;

    private readonly SortedDictionary<string, List<HistoryEvent<TOperation>>> _byKey = new(StringComparer.Ordinal);

    public override int Keys => _byKey.Count;

    public IReadOnlyList<string> KeysUsed
    {
        get
        {
            lock (Gate) return [.. _byKey.Keys];
        }
    }

    /// <summary>An operation was answered.</summary>
    public void Answered(string key, TOperation operation, long invokedMicros)
    {
        lock (Gate)
        {
            long now = NowMicros;
            CountAnswered(now);
            Of(key).Add(new HistoryEvent<TOperation>(operation, invokedMicros, now));
        }
    }

    /// <summary>An operation failed: one that may have taken effect stays possible for ever.</summary>
    public void NotAnswered(string key, TOperation operation, long invokedMicros, bool mayHaveTakenEffect)
    {
        lock (Gate)
        {
            CountNotAnswered(mayHaveTakenEffect);
            if (mayHaveTakenEffect) Of(key).Add(new HistoryEvent<TOperation>(operation, invokedMicros, long.MaxValue));
        }
    }

    public override (int Undecided, IReadOnlyList<string> Violations) Check()
    {
        int undecided = 0;
        List<string> violations = [];
        foreach ((string key, List<HistoryEvent<TOperation>> history) in _byKey)
        {
            switch (LinearizabilityChecker.Check(model, history, ConfigurationsMax))
            {
                case Linearizability.No:
                    violations.Add(
                        $"no order of the {history.Count} operations on {key} explains what their clients saw");
                    break;
                case Linearizability.Unknown:
                    undecided++;
                    break;
            }
        }
        return (undecided, violations);
    }

    private List<HistoryEvent<TOperation>> Of(string key)
    {
        if (!_byKey.TryGetValue(key, out List<HistoryEvent<TOperation>>? history)) _byKey.Add(key, history = []);
        return history;
    }
}
