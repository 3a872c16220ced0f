using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Messages;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// A correct replica does not say again on a thin link what still waits to leave: a proposal, or a vote, for the same
/// instance and regency. It would lengthen the wait of everything behind it. Two copies of one moment are no
/// breach: nothing of that moment has had time to leave.
/// </summary>
/// <param name="world">Time, and what is told of broken promises.</param>
/// <param name="self">The replica.</param>
/// <param name="leavesAtMicros">When all that waits for a peer will have left; past if nothing waits.</param>
internal sealed class RepeatChecker(World world, ReplicaId self, Func<ReplicaId, long> leavesAtMicros)
{
    private readonly Dictionary<(ReplicaId To, Type Kind, Regency Regency, Instance Instance), (long Sent, long Leaves)>
        _first = [];

    /// <summary>A message is about to be put on the link to a peer.</summary>
    public void Check(ReplicaId to, PeerMessage message)
    {
        // What a link held when it broke is lost, and waits no more.
        long waiting = leavesAtMicros(to);
        if (waiting > world.NowMicros && About(message) is { } about
            && _first.TryGetValue(
                (to, message.GetType(), about.Regency, about.Instance), out (long Sent, long Leaves) first)
            && first.Sent < world.NowMicros && first.Leaves > world.NowMicros && first.Leaves <= waiting)
        {
            string kind = message.GetType().Name;
            world.Violate("repeats", $"{self} sends {kind} of {about} to {to} while the first waits to leave.");
        }
    }

    /// <summary>It was put there.</summary>
    public void Note(ReplicaId to, PeerMessage message)
    {
        long leaves = leavesAtMicros(to);
        if (leaves > world.NowMicros && About(message) is { } about)
            _first[(to, message.GetType(), about.Regency, about.Instance)] = (world.NowMicros, leaves);
    }

    private static (Regency Regency, Instance Instance)? About(PeerMessage message) => message switch
    {
        Propose m => (m.Regency, m.Instance),
        Write m => (m.Regency, m.Instance),
        Accept m => (m.Regency, m.Instance),
        _ => null,
    };
}
