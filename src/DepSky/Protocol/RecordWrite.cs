using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Stores a small record in all clouds, and is done when n-f have acknowledged; a failure is no acknowledgement. The
/// calls to the others are left to go on, so that a cloud that is merely slow gets it too.
/// </summary>
/// <param name="exchange">The core's.</param>
/// <param name="quorums">How many clouds there are.</param>
/// <param name="what">What is stored, for people.</param>
/// <param name="name">Where.</param>
/// <param name="contents">Each cloud's record, or one for all.</param>
internal sealed class RecordWrite(
    CloudExchange exchange, CloudQuorums quorums, string what, string name,
    IReadOnlyList<ReadOnlyMemory<byte>> contents)
    : SubMachine(exchange)
{
    private readonly List<CloudProblem> _problems = [];
    private ushort _answered;

    /// <summary>How many clouds have acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>What clouds did wrong so far.</summary>
    public IReadOnlyList<CloudProblem> Problems => _problems;

    public override void Start()
    {
        for (int cloud = 0; cloud < quorums.Clouds; cloud++)
            Call(new PutCall(cloud, name, contents[contents.Count == 1 ? 0 : cloud]));
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        Invariant.Holds((_answered >> cloud & 1) == 0, "a cloud answers for a record once");
        _answered |= (ushort)(1 << cloud);
        if (answer is Failed failed) _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
        else Acknowledged++;
        if (IsDone) return;
        if (Acknowledged >= quorums.Available) Finish(null);
        else if (_problems.Count > quorums.Clouds - quorums.Available)
        {
            Finish(new ProtocolFailure(FailureKind.NoQuorum,
                $"{_problems.Count} of {quorums.Clouds} clouds did not store {what}; {quorums.Available} must",
                [.. _problems]));
        }
    }
}
