using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Finds the command at which a service that is not deterministic first goes its own way: gives two fresh instances the
/// same history, one command at a time, and compares reply and state after each.
/// </summary>
internal static class DeterminismProbe
{
    /// <summary>Tells where the two first differ.</summary>
    public static string Explain(
        Func<IStateMachine> service, IEnumerable<ExecuteEffect> history, int replyBytesMax, RightsTable rights)
    {
        ServiceHost one = new(service(), replyBytesMax, rights), other = new(service(), replyBytesMax, rights);
        if (one.StateDigest() != other.StateDigest())
            return "Two fresh instances of the service differ before the first command.";
        foreach (ExecuteEffect effect in history)
        {
            foreach (Request command in effect.Commands)
            {
                ExecuteEffect single = effect with { Commands = [command] };
                Outcome here = one.Execute(single).Outcomes[0], there = other.Execute(single).Outcomes[0];
                string? what = !here.Result.Span.SequenceEqual(there.Result.Span)
                    || here.Status != there.Status ? "reply to"
                    : one.StateDigest() != other.StateDigest() ? "state after"
                    : null;
                if (what is not null)
                    return "Two fresh instances that are given the same commands first differ in the "
                        + $"{what} {Name(command)} at {effect.Instance}.";
            }
        }
        return "Two fresh instances that are given the same commands one by one do not differ: the service depends on "
            + "something besides its commands, such as the clock, randomness, static state or the order of a hash "
            + "table.";
    }

    private static string Name(Request command)
    {
        ReadOnlySpan<byte> operation = command.Operation.Span;
        string bytes = Convert.ToHexStringLower(operation[..Math.Min(32, operation.Length)]);
        string rest = operation.Length > 32 ? "…" : "";
        return $"{command.Session}/{command.Sequence} ({command.Kind}, {bytes}{rest})";
    }
}
