using System.Globalization;

namespace BftCloud.Dashboard;

/// <summary>Says in one plain sentence how a cluster is, and in another what to do.</summary>
internal static class HealthSentence
{
    /// <param name="faulty">How many faults the cluster tolerates, f.</param>
    /// <param name="replicas">How each replica stands.</param>
    /// <param name="regency">The regency of the cluster.</param>
    /// <param name="leader">The leader of that; null if no replica answers.</param>
    public static Health Of(int faulty, IReadOnlyList<ReplicaSample> replicas, long? regency, int? leader)
    {
        int count = replicas.Count;
        if (replicas.All(static replica => replica.State is ReplicaState.Down or ReplicaState.Unwatched))
        {
            return new Health(
                HealthLevel.Bad, "No replica answers.",
                "Start the replicas with 'bftcloud cluster up', and read their logs.");
        }
        int[] changing = [.. IdsOf(replicas, ReplicaState.ChangingLeader)];
        bool isChange = changing.Length > faulty;
        (ReplicaState State, int[] Ids)[] faults =
        [
            .. Enum.GetValues<ReplicaState>()
                .Where(state => state != ReplicaState.InStep && !(isChange && state == ReplicaState.ChangingLeader))
                .Select(state => (State: state, Ids: IdsOf(replicas, state).ToArray()))
                .Where(static fault => fault.Ids.Length > 0)
        ];
        int left = faulty - faults.Sum(static fault => fault.Ids.Length);
        string told = Join([.. faults.Select(fault => Clause(fault.State, fault.Ids, replicas))]);
        string advice = faults.Length == 0 ? "" : Advice(faults[0].State, faults[0].Ids);
        if (left < 0)
        {
            int stopped = faults.Where(static fault => fault.State <= ReplicaState.Differs)
                .Sum(static fault => fault.Ids.Length);
            string stands = stopped > faulty ? "the cluster stands still" : "the cluster may stand still";
            return new Health(HealthLevel.Bad, $"{Capital(told)}: {stands}.", advice);
        }
        if (isChange)
        {
            string change = faults.Length == 0
                ? "The replicas change their leader"
                : $"{Capital(told)}, and the others change the leader";
            return new Health(
                HealthLevel.Warning, $"{change}.", "Operations wait until the next leader is in office.");
        }
        if (faults.Length == 0)
        {
            return new Health(
                HealthLevel.Good, $"All {Number(count)} replicas agree.",
                $"The cluster tolerates {Faults(faulty)}. Replica {leader} leads in regency {Number(regency ?? 0)}.");
        }
        string rest = left == 0 ? "1 more fault stops the cluster" : $"the cluster tolerates {Faults(left, " more")}";
        return new Health(HealthLevel.Warning, $"{Capital(told)}; {rest}.", advice);
    }

    private static IEnumerable<int> IdsOf(IReadOnlyList<ReplicaSample> replicas, ReplicaState state) =>
        Enumerable.Range(0, replicas.Count).Where(id => replicas[id].State == state);

    private static string Clause(ReplicaState state, int[] ids, IReadOnlyList<ReplicaSample> replicas)
    {
        bool one = ids.Length == 1;
        string subject = (one ? "replica " : "replicas ") + Join([.. ids.Select(static id => Number(id))]);
        return subject + " " + state switch
        {
            ReplicaState.Down => one ? "does not answer" : "do not answer",
            ReplicaState.Starting => one ? "reads its disk" : "read their disks",
            ReplicaState.Foreign => one ? "is not the one that answers" : "are not those that answer",
            ReplicaState.Differs => one ? "has another state than the others" : "have another state than the others",
            ReplicaState.Unwatched => one ? "has no metrics address" : "have no metrics address",
            ReplicaState.Recovering => one ? "is in non-voting recovery" : "are in non-voting recovery",
            ReplicaState.CatchingUp => one ? "is catching up" : "are catching up",
            ReplicaState.ChangingLeader => one ? "waits for a new leader" : "wait for a new leader",
            _ => one ? $"is {Instances(replicas[ids[0]].Behind ?? 0)} behind" : "are behind",
        };
    }

    private static string Advice(ReplicaState state, int[] ids)
    {
        bool one = ids.Length == 1;
        return state switch
        {
            ReplicaState.Down => one
                ? $"Read its log, r{Number(ids[0])}/replica.log, and start it with 'bftcloud cluster up'."
                : "Read their logs, and start them with 'bftcloud cluster up'.",
            ReplicaState.Starting => "A replica that starts reads its whole state first.",
            ReplicaState.Foreign => "Another process listens there: correct 'metricsAddress' in replica.json.",
            ReplicaState.Differs => "Keep its files for a look. Then start it again with an empty data directory.",
            ReplicaState.Unwatched => "Set 'metricsAddress' in replica.json.",
            ReplicaState.Recovering => "A replica that lost its votes does not vote until it has caught up.",
            ReplicaState.ChangingLeader => "See whether its links to the others are up.",
            _ => "It fetches from the others what it missed.",
        };
    }

    private static string Join(string[] parts) => parts.Length switch
    {
        0 => "",
        1 => parts[0],
        _ => string.Join(", ", parts[..^1]) + " and " + parts[^1],
    };

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Faults(int count, string more = "") => count switch
    {
        0 => $"no{more} fault",
        1 => $"1{more} fault",
        _ => $"{Number(count)}{more} faults",
    };

    private static string Instances(long count) => count == 1 ? "1 instance" : $"{Number(count)} instances";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
