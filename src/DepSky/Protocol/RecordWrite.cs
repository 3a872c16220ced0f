namespace DepSky.Protocol;

/// <summary>
/// Stores a small record in all clouds, and is done when n-f have acknowledged; a failure is no acknowledgement. The calls to the others are left to go on, so that a cloud that is merely slow gets it too.
/// </summary>
internal sealed class RecordWrite(CloudExchange exchange, CloudQuorums quorums, string what, Func<int, PutCall> record, Action<ProtocolFailure?> then)
{
    private readonly List<CloudProblem> _problems = [];
    private int _acknowledged;

    public bool IsDone { get; private set; }

    public void Start()
    {
        for (int cloud = 0; cloud < quorums.Clouds; cloud++)
        {
            int target = cloud;
            exchange.Call(record(target), answer => Receive(target, answer));
        }
    }

    private void Receive(int cloud, CloudAnswer answer)
    {
        if (answer is Failed failed) _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
        else _acknowledged++;
        if (IsDone) return;
        if (_acknowledged >= quorums.Available) Finish(null);
        else if (_problems.Count > quorums.Clouds - quorums.Available)
            Finish(new ProtocolFailure(FailureKind.NoQuorum, $"{_problems.Count} of {quorums.Clouds} clouds did not store {what}; {quorums.Available} must", [.. _problems]));
    }

    private void Finish(ProtocolFailure? failure)
    {
        IsDone = true;
        then(failure);
    }
}
