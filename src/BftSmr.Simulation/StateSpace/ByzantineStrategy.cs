using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.StateSpace;

/// <summary>
/// What a Byzantine leader sends to each of three correct replicas: which of two batches it proposes, which it votes
/// for, or nothing. More than one of either to one replica adds nothing, as a replica takes only the first. It calls
/// for a new leader as well. All of that arrives at any time, or never.
/// </summary>
/// <param name="Proposals">For each replica: 0 nothing, 1 the first batch, 2 the second.</param>
/// <param name="Votes">The same for WRITE and ACCEPT.</param>
internal sealed record ByzantineStrategy(IReadOnlyList<int> Proposals, IReadOnlyList<int> Votes)
{
    private const int Others = 3;
    private const int Choices = 729;

    /// <summary>
    /// All of them, the most two-faced first; of those that differ only in which batch is which, or in the names of the
    /// two replicas that will not lead next, one.
    /// </summary>
    public static IReadOnlyList<ByzantineStrategy> All { get; } =
    [
        .. Enumerable.Range(0, Choices).Where(static code => Equivalents(code).Min() == code).Select(Decode)
            .OrderByDescending(static s => s.Proposals.Where(static p => p > 0).Distinct().Count()
                + s.Votes.Where(static v => v > 0).Distinct().Count())
            .ThenByDescending(static s => s.Proposals.Count(static p => p > 0) + s.Votes.Count(static v => v > 0)),
    ];

    public IReadOnlyList<ExploredMessage> MessagesTo(int other, Batch[] batches, bool changesLeader)
    {
        Regency regency = Regency.Zero;
        Instance first = Instance.Zero.Next;
        List<PeerMessage> messages = changesLeader ? [new Stop(regency.Next)] : [];
        if (Proposals[other] > 0) messages.Add(new Propose(regency, first, batches[Proposals[other] - 1]));
        if (Votes[other] > 0)
        {
            Digest value = batches[Votes[other] - 1].Digest;
            messages.AddRange([new Write(regency, first, value), new Accept(regency, first, value)]);
        }
        return [.. messages.Select(static m => ExploredMessage.Create(new ReplicaId(0), m))];
    }

    private static ByzantineStrategy Decode(int code)
    {
        int[] digits = Digits(code);
        return new ByzantineStrategy(digits[..Others], digits[Others..]);
    }

    private static IEnumerable<int> Equivalents(int code)
    {
        int[] digits = Digits(code);
        int[] swapped = [.. digits.Select(static d => d == 0 ? 0 : 3 - d)];
        foreach (int[] each in (int[][])[digits, swapped])
        {
            yield return Code(each);
            yield return Code([each[0], each[2], each[1], each[3], each[5], each[4]]);
        }
    }

    private static int[] Digits(int code)
    {
        int[] digits = new int[2 * Others];
        for (int i = digits.Length - 1; i >= 0; i--, code /= 3) digits[i] = code % 3;
        return digits;
    }

    private static int Code(int[] digits) => digits.Aggregate(0, static (code, digit) => 3 * code + digit);
}
