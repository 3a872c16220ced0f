using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.Transcripts;

/// <summary>
/// Four replicas that move only when they are told to: a message waits on its link until it is delivered or dropped,
/// and time passes when a script says so.
/// </summary>
internal sealed class TranscriptCluster : IDisposable
{
    public const int Replicas = 4;
    public const int Clients = 4;

    private const long EpochMicros = 1_800_000_000_000_000;

    private readonly TestKeys _keys = new(Replicas, Clients);
    private readonly TranscriptReplica?[] _replicas = new TranscriptReplica?[Replicas];
    private readonly List<Transit> _transit = [];
    private readonly HashSet<ReplicaId> _cut = [];
    private readonly HashSet<string> _hidden = [];
    private readonly Wording _wording;
    private readonly Page _page;
    private long _nowMicros;

    /// <param name="limits">The settings of every replica.</param>
    /// <param name="faulty">These have no core: a script writes what they send.</param>
    /// <param name="wording">The names of values.</param>
    /// <param name="page">Where the lines go.</param>
    public TranscriptCluster(
        ReplicationLimits limits, IReadOnlyCollection<ReplicaId> faulty, Wording wording, Page page)
    {
        (_wording, _page) = (wording, page);
        for (int i = 0; i < Replicas; i++)
        {
            ReplicaId id = new(i);
            if (faulty.Contains(id)) continue;
            ReplicaSettings settings = new(limits) { Self = id, Quorums = Quorums.Byzantine(Replicas, 1) };
            _replicas[i] = new TranscriptReplica(settings, _keys.Replica(i), wording, page)
            {
                Send = (to, message) => Post(id, to, message),
                Hidden = _hidden,
            };
        }
        foreach (TranscriptReplica replica in Correct) replica.Start(Now);
    }

    private IEnumerable<TranscriptReplica> Correct => _replicas.OfType<TranscriptReplica>();

    private ClockReading Now => new(_nowMicros, EpochMicros + _nowMicros);

    public void Dispose() => _keys.Dispose();

    /// <summary>Messages of this type are not shown any more; their arrival is, if it has an effect.</summary>
    public void Hide(string kind) => _hidden.Add(kind);

    /// <summary>Messages from and to the replica are lost from now on.</summary>
    public void Cut(ReplicaId id)
    {
        _cut.Add(id);
        _transit.RemoveAll(t => t.From == id || t.To == id);
    }

    public void Join(ReplicaId id) => _cut.Remove(id);

    /// <summary>A request of a client: the first of a session opens it.</summary>
    public Request Request(ClientId client, ulong sequence, string word, bool isSigned)
    {
        Request request = RequestCodec.Create(
            new SessionId(client, Nonce: 1), sequence, sequence == 1 ? RequestKind.Open : RequestKind.Command,
            ReplicaSet.AllOf(2), new ReplicaId(0), System.Text.Encoding.UTF8.GetBytes(word));
        return RequestCodec.Authenticate(
            request, _keys.Client(client.Value), Replicas, macs: !isSigned, signature: isSigned);
    }

    /// <summary>A batch as a faulty leader would make it now.</summary>
    public Batch Batch(string name, IReadOnlyList<Request> requests)
    {
        Batch batch = BatchCodec.Create(Now.UnixMicros, seed: 0, requests);
        _wording.Name(batch, name);
        return batch;
    }

    public void Submit(Request request, IReadOnlyList<ReplicaId> to)
    {
        foreach (ReplicaId id in to)
        {
            if (_cut.Contains(id)) continue;
            _page.Heading(
                $"{id} takes the request {Wording.Of(request)}{(request.IsSigned ? ", signed," : "")} from its client");
            Core(id).Step(new RequestInput(request), Now);
        }
    }

    /// <summary>A faulty replica sends what the script says.</summary>
    public void Forge(ReplicaId from, IReadOnlyList<ReplicaId> to, PeerMessage message)
    {
        if (_replicas[from.Value] is not null) throw new ArgumentException($"{from} is not faulty.");
        foreach (ReplicaId id in to)
        {
            _page.Heading($"{from} sends {_wording.Of(message)} to {id}");
            Post(from, id, message);
        }
    }

    /// <summary>Delivers the messages that are under way now and match, to one replica after the other.</summary>
    /// <returns>How many there were.</returns>
    public int Deliver(Predicate<Transit> matches)
    {
        Transit[] due = Take(matches);
        foreach (Transit transit in due)
        {
            _page.Arrival($"{transit.To} takes {transit.Text}", $"{transit.From}", _hidden.Contains(transit.Kind));
            Core(transit.To).Receive(transit.From, transit.Frame, Now);
        }
        return due.Length;
    }

    /// <summary>Loses the messages that are under way now and match.</summary>
    public void Drop(Predicate<Transit> matches)
    {
        foreach (Transit transit in Take(matches))
        {
            if (!_hidden.Contains(transit.Kind))
                _page.Heading($"{transit.Text} from {transit.From} to {transit.To} is lost");
        }
    }

    /// <summary>Time passes: each replica gets a tick at each of its deadlines.</summary>
    public void Pass(long micros)
    {
        long end = _nowMicros + micros;
        while (Correct.MinBy(static r => r.NextDeadlineMicros) is { } next && next.NextDeadlineMicros <= end)
        {
            _nowMicros = Math.Max(_nowMicros, next.NextDeadlineMicros);
            _page.Heading($"{next.Id} at {_nowMicros / 1000.0:0.###} ms", isHidden: true);
            next.Step(TickInput.Instance, Now);
        }
        _nowMicros = end;
    }

    public void ShowStatus()
    {
        foreach (TranscriptReplica replica in Correct)
            _page.Heading($"{replica.Id}: {Wording.Of(replica.Status())}");
    }

    private TranscriptReplica Core(ReplicaId id) =>
        _replicas[id.Value] ?? throw new ArgumentException($"{id} is faulty: it has no core to deliver to.");

    private Transit[] Take(Predicate<Transit> matches)
    {
        Transit[] due = [.. _transit.Where(t => matches(t)).OrderBy(static t => t.To)];
        _transit.RemoveAll(matches);
        return due;
    }

    private void Post(ReplicaId from, ReplicaId? to, PeerMessage message)
    {
        ReadOnlyMemory<byte> frame = TranscriptReplica.Encode(message);
        for (int i = 0; i < Replicas; i++)
        {
            ReplicaId id = new(i);
            if (id == from || (to is { } one && one != id) || _replicas[i] is null) continue;
            if (_cut.Contains(id) || _cut.Contains(from)) continue;
            _transit.Add(new Transit(from, id, Wording.KindOf(message), _wording.Of(message), frame));
        }
    }
}
