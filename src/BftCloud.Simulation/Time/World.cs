namespace BftCloud.Simulation;

/// <summary>Virtual time, what is due, and the story so far; shared by all that takes part in one simulation.</summary>
/// <param name="seed">Decides everything that is random.</param>
/// <param name="traceLines">Lines of the story that are kept.</param>
/// <param name="wording">Puts the subject of a line into words.</param>
internal sealed class World(ulong seed, int traceLines, Func<object, string> wording)
{
    private readonly EventQueue _events = new();

    public SimulationRandom Random { get; } = new(seed);
    public Trace Trace { get; } = new(traceLines, wording);

    /// <summary>Hears every line of the story: time, node, event, subject. Null if no listener wants it.</summary>
    public Action<long, string, string, object?>? Listener { get; set; }

    /// <summary>Faults injected.</summary>
    public Tally Faults { get; } = new();

    /// <summary>Rare things that replicas did: tells whether a campaign gets to them.</summary>
    public Tally Events { get; } = new();

    /// <summary>Microseconds since the simulation began.</summary>
    public long NowMicros { get; private set; }

    /// <summary>Events run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The first promise that was broken, if one was. The simulation ends there.</summary>
    public Violation? Violation { get; private set; }

    public void At(long micros, Action run) => _events.Add(Math.Max(micros, NowMicros), run);

    public void After(long micros, Action run) => _events.Add(NowMicros + Math.Max(0, micros), run);

    /// <summary>
    /// Runs until the time is reached, the condition holds, a promise is broken, or so many events have run.
    /// </summary>
    public void RunUntil(long micros, Func<bool> done, long stepsMax)
    {
        while (Violation is null && _events.NextMicros <= micros && !done())
        {
            if (Steps >= stepsMax)
            {
                Violate("livelock", $"{stepsMax} events have run: messages keep causing messages without end.");
                return;
            }
            Action run = _events.Take(out long at);
            NowMicros = at;
            Steps++;
            run();
        }
        if (Violation is null && _events.NextMicros > micros) NowMicros = Math.Max(NowMicros, micros);
    }

    public void Tell(string node, string what, object? subject = null)
    {
        Trace.Tell(NowMicros, node, what, subject);
        Listener?.Invoke(NowMicros, node, what, subject);
    }

    /// <summary>Records that a promise was broken; the first counts, as all that follow may come of it.</summary>
    public void Violate(string promise, string description)
    {
        if (Violation is not null) return;
        Tell("!!", $"{promise}: {description}");
        Violation = new Violation(promise, description, seed, NowMicros, Trace.Lines());
    }
}
