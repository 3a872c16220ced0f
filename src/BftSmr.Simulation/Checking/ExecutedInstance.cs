using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// What the first correct replica to get there executed at an instance; every other must do the same.
/// </summary>
internal sealed record ExecutedInstance(ExecuteEffect Effect, IReadOnlyList<Outcome> Outcomes, Digest StateAfter)
{
    /// <summary>The first difference in what is executed; null if there is none.</summary>
    public string? DifferenceTo(ExecuteEffect other)
    {
        if (Effect.AgreedTimeMicros != other.AgreedTimeMicros)
            return $"agreed time {other.AgreedTimeMicros} rather than {Effect.AgreedTimeMicros}";
        if (Effect.Seed != other.Seed) return $"seed {other.Seed} rather than {Effect.Seed}";
        for (int i = 0; i < Math.Max(Effect.Commands.Count, other.Commands.Count); i++)
        {
            Request? here = i < Effect.Commands.Count ? Effect.Commands[i] : null;
            Request? there = i < other.Commands.Count ? other.Commands[i] : null;
            if (here?.Digest != there?.Digest) return $"command {i} is {Name(there)} rather than {Name(here)}";
        }
        return null;
    }

    /// <summary>The first difference in what came out; null if there is none.</summary>
    public string? DifferenceTo(IReadOnlyList<Outcome> other)
    {
        for (int i = 0; i < Math.Max(Outcomes.Count, other.Count); i++)
        {
            if (i >= Outcomes.Count || i >= other.Count) return $"{other.Count} outcomes rather than {Outcomes.Count}";
            if (Outcomes[i].Status != other[i].Status || !Outcomes[i].Result.Span.SequenceEqual(other[i].Result.Span))
                return $"the reply to {Name(Effect.Commands[i])}";
        }
        return null;
    }

    private static string Name(Request? request) =>
        request is null ? "nothing" : $"{request.Session}/{request.Sequence} ({Wording.Of(request.Digest)})";
}
