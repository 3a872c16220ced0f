using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Asks all clouds for the names that begin with a prefix. Done when all have answered or failed, or when enough have.
/// </summary>
/// <param name="exchange">The core's.</param>
/// <param name="quorums">How many clouds there are.</param>
/// <param name="prefix">What the names begin with.</param>
/// <param name="isForAll">Whether to wait for all clouds, instead of for n-f answers or f+1 failures.</param>
internal sealed class Listing(CloudExchange exchange, CloudQuorums quorums, string prefix, bool isForAll)
    : SubMachine(exchange)
{
    private readonly List<CloudProblem> _problems = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>The names, and how many clouds gave each.</summary>
    public IReadOnlyDictionary<string, int> Names => _names;

    /// <summary>How many clouds answered.</summary>
    public int Answered { get; private set; }

    public IReadOnlyList<CloudProblem> Problems => _problems;

    public override void Start()
    {
        for (int cloud = 0; cloud < quorums.Clouds; cloud++) Call(new ListCall(cloud, prefix));
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        Invariant.Holds(Answered + _problems.Count < quorums.Clouds, "a cloud lists once");
        if (answer is Failed failed) _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
        else
        {
            Answered++;
            foreach (string name in ((Listed)answer).Names.Distinct())
                _names[name] = _names.GetValueOrDefault(name) + 1;
        }
        bool isDecided = Answered >= quorums.Available || _problems.Count > quorums.Clouds - quorums.Available;
        if (Answered + _problems.Count == quorums.Clouds || (isDecided && !isForAll)) FinishAndAbandon(null);
    }
}
