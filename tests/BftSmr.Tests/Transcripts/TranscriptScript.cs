using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.Transcripts;

/// <summary>Carries out the commands of a transcript; tests/transcripts/README.md describes them.</summary>
internal sealed class TranscriptScript : IDisposable
{
    private const int RoundsMax = 1000;

    private readonly Page _page = new();
    private readonly Wording _wording = new();
    private readonly Dictionary<string, Batch> _batches = [];
    private TranscriptCluster? _cluster;

    private TranscriptCluster Cluster => _cluster ?? throw new FormatException("The first command must be 'cluster'.");

    public void Dispose() => _cluster?.Dispose();

    /// <summary>Carries out one command.</summary>
    /// <returns>The lines that tell what came of it.</returns>
    /// <exception cref="FormatException">There is no such command.</exception>
    public IReadOnlyList<string> Run(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _page.IsQuiet = words is ["quietly", ..];
        if (_page.IsQuiet) words = words[1..];
        switch (words)
        {
            case ["cluster", .. var settings]:
                Begin(settings);
                break;
            case ["hide", .. var kinds]:
                foreach (string kind in kinds) Cluster.Hide(kind);
                break;
            case ["submit", var name, .. var rest]:
                Submit(name, rest);
                break;
            case ["batch", var name, "=", .. var requests]:
                _batches.Add(name, Cluster.Batch(name, [.. requests.Select(static r => Parse(r)).Select(Unsigned)]));
                break;
            case ["forge", var link, var kind, .. var fields]:
                (ReplicaId[] from, ReplicaId[] to) = Link(link);
                Cluster.Forge(from.Single(), to, Forged(kind, fields));
                break;
            case ["deliver", "until", "quiet"]:
                DeliverUntilQuiet();
                break;
            case ["deliver", .. var which]:
                Cluster.Deliver(Matching(which));
                break;
            case ["drop", .. var which]:
                Cluster.Drop(Matching(which));
                break;
            case ["cut", var id]:
                Cluster.Cut(Replica(id));
                break;
            case ["join", var id]:
                Cluster.Join(Replica(id));
                break;
            case ["tick", var time, "ms"]:
                Cluster.Pass(1000 * long.Parse(time, CultureInfo.InvariantCulture));
                break;
            case ["status"]:
                Cluster.ShowStatus();
                break;
            default:
                throw new FormatException($"There is no command '{command}': see tests/transcripts/README.md.");
        }
        return _page.Take();
    }

    private void Begin(string[] settings)
    {
        ReplicationLimits limits = new();
        List<ReplicaId> faulty = [];
        foreach (string setting in settings)
        {
            string[] pair = setting.Split('=');
            switch (pair)
            {
                case ["faulty", var id]:
                    faulty.Add(Replica(id));
                    break;
                case ["window", var value]:
                    limits = limits with { Window = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case ["checkpointPeriod", var value]:
                    limits = limits with { CheckpointPeriod = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case ["chunkBytes", var value]:
                    limits = limits with { ChunkBytes = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                default:
                    throw new FormatException($"A cluster has no setting '{setting}'.");
            }
        }
        _cluster = new TranscriptCluster(limits, faulty, _wording, _page);
    }

    /// <summary>submit c0/2 [word] to r0 [r1 …] [signed]</summary>
    private void Submit(string name, string[] rest)
    {
        int to = Array.IndexOf(rest, "to");
        if (to is not (0 or 1)) throw new FormatException($"Where does {name} go? 'submit {name} word to r0'.");
        bool isSigned = rest[^1] == "signed";
        ReplicaId[] receivers = [.. (isSigned ? rest[(to + 1)..^1] : rest[(to + 1)..]).SelectMany(Replicas)];
        (ClientId client, ulong sequence) = Parse(name);
        Cluster.Submit(Cluster.Request(client, sequence, to == 0 ? "" : rest[0], isSigned), receivers);
    }

    private Request Unsigned((ClientId Client, ulong Sequence) name) =>
        Cluster.Request(name.Client, name.Sequence, "", isSigned: false);

    private PeerMessage Forged(string kind, string[] fields) => (kind, fields) switch
    {
        ("PROPOSE", [var regency, var instance, var batch]) =>
            new Propose(Regency(regency), Instance(instance), _batches[batch]),
        ("WRITE", [var regency, var instance, var batch]) =>
            new Write(Regency(regency), Instance(instance), _batches[batch].Digest),
        ("ACCEPT", [var regency, var instance, var batch]) =>
            new Accept(Regency(regency), Instance(instance), _batches[batch].Digest),
        ("STOP", [var regency]) => new Stop(Regency(regency)),
        _ => throw new FormatException($"'{kind} {string.Join(' ', fields)}' is no message that can be forged."),
    };

    private void DeliverUntilQuiet()
    {
        for (int round = 0; Cluster.Deliver(static _ => true) > 0; round++)
        {
            if (round == RoundsMax) throw new FormatException($"The messages have no end after {RoundsMax} rounds.");
        }
    }

    /// <summary>[all] [r0->r1] [KIND …]: what each word that is given allows.</summary>
    private static Predicate<Transit> Matching(string[] which)
    {
        if (which.Length == 0) throw new FormatException("Which messages? 'all', a link as r0->r1, or types.");
        string[] links = [.. which.Where(static w => w.Contains("->", StringComparison.Ordinal))];
        string[] kinds = [.. which.Except(links).Where(static w => w != "all")];
        (ReplicaId[] From, ReplicaId[] To)[] ends = [.. links.Select(Link)];
        return t => (links.Length == 0 || ends.Any(e => e.From.Contains(t.From) && e.To.Contains(t.To)))
            && (kinds.Length == 0 || kinds.Contains(t.Kind));
    }

    private static (ReplicaId[] From, ReplicaId[] To) Link(string text)
    {
        string[] ends = text.Split("->");
        if (ends.Length != 2) throw new FormatException($"'{text}' is no link: 'r0->r1', 'r0->all', 'all->r1'.");
        return ([.. Replicas(ends[0])], [.. Replicas(ends[1])]);
    }

    private static IEnumerable<ReplicaId> Replicas(string text) => text == "all"
        ? Enumerable.Range(0, TranscriptCluster.Replicas).Select(static i => new ReplicaId(i))
        : [Replica(text)];

    private static ReplicaId Replica(string text) => new((int)Number(text, 'r'));

    private static Regency Regency(string text) => new(Number(text, 'R'));

    private static Instance Instance(string text) => new(Number(text, '#'));

    private static (ClientId, ulong) Parse(string request)
    {
        string[] parts = request.Split('/');
        if (parts.Length != 2) throw new FormatException($"'{request}' is no request: c0/1 is the first of client 0.");
        return (new ClientId((int)Number(parts[0], 'c')), ulong.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static long Number(string text, char kind)
    {
        bool isOfKind = text.Length > 1 && text[0] == kind;
        return isOfKind && long.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new FormatException($"'{text}' should be '{kind}' and a number.");
    }
}
