using System.Diagnostics;
using BftCloud.Simulation;

namespace BftCloud.Chaos;

/// <summary>What clients did to each key and what came of it, as they saw it; safe for any number of them at once.</summary>
internal sealed class ChaosHistory
{
    private const int ConfigurationsMax = 2_000_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, List<HistoryEvent<RegisterAccess>>> _byKey = new(StringComparer.Ordinal);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastAnswerMicros;
    private long _longestSilenceMicros;

    public int Operations { get; private set; }
    public int Acknowledged { get; private set; }
    public int Unknown { get; private set; }
    public int Failed { get; private set; }
    public TimeSpan LongestSilence => TimeSpan.FromMicroseconds(_longestSilenceMicros);
    public int Keys => _byKey.Count;

    /// <summary>Microseconds since the beginning, on a clock that never goes back.</summary>
    public long NowMicros => (long)Stopwatch.GetElapsedTime(_start).TotalMicroseconds;

    public IReadOnlyList<string> KeysUsed
    {
        get
        {
            lock (_gate) return [.. _byKey.Keys];
        }
    }

    /// <summary>An operation was answered.</summary>
    public void Answered(string key, RegisterAccess access, long invokedMicros)
    {
        lock (_gate)
        {
            long now = NowMicros;
            Operations++;
            Acknowledged++;
            _longestSilenceMicros = Math.Max(_longestSilenceMicros, now - _lastAnswerMicros);
            _lastAnswerMicros = now;
            Of(key).Add(new(access, invokedMicros, now));
        }
    }

    /// <summary>An operation failed: a put that may have taken effect stays possible for ever.</summary>
    public void NotAnswered(string key, RegisterAccess access, long invokedMicros, bool mayHaveExecuted)
    {
        lock (_gate)
        {
            Operations++;
            if (!access.IsPut || !mayHaveExecuted)
            {
                Failed++;
                return;
            }
            Unknown++;
            Of(key).Add(new(access, invokedMicros, long.MaxValue));
        }
    }

    /// <summary>Searches, for each key, an order that explains what clients saw.</summary>
    public (int Undecided, IReadOnlyList<string> Violations) Check()
    {
        int undecided = 0;
        List<string> violations = [];
        RegisterAccessModel model = new();
        foreach ((string key, List<HistoryEvent<RegisterAccess>> history) in _byKey)
        {
            switch (LinearizabilityChecker.Check(model, history, ConfigurationsMax))
            {
                case Linearizability.No:
                    violations.Add($"no order of the {history.Count} operations on {key} explains what their clients saw");
                    break;
                case Linearizability.Unknown:
                    undecided++;
                    break;
            }
        }
        return (undecided, violations);
    }

    private List<HistoryEvent<RegisterAccess>> Of(string key)
    {
        if (!_byKey.TryGetValue(key, out List<HistoryEvent<RegisterAccess>>? history)) _byKey.Add(key, history = []);
        return history;
    }

    private sealed class RegisterAccessModel : ISequentialModel<RegisterAccess>
    {
        public long InitialState => 0;

        public bool TryStep(long state, in RegisterAccess operation, out long after)
        {
            after = operation.IsPut ? operation.Value : state;
            return operation.IsPut || operation.Value == state;
        }
    }
}

/// <summary>A put of a value, or a get that returned it; 0 is no value.</summary>
internal readonly record struct RegisterAccess(bool IsPut, long Value);
