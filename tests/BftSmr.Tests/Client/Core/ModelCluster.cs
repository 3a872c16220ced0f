using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>
/// A cluster as a client sees it, without its protocol: correct replicas agree on a log and execute it each at its own
/// pace, answer reads by the rule of the specification, and reach new regencies one by one; the choices
/// of the test tell what up to f others send. Choices are numbers, so that a failing run shrinks.
/// </summary>
internal sealed class ModelCluster
{
    private readonly ClientEffectBuffer _effects = new();
    private readonly ClientCore _core;
    private readonly Replica[] _replicas;
    private readonly int _faulty;
    private readonly int _firstFaulty;
    private readonly int _acceptQuorum;
    private readonly List<LogEntry> _log = [];
    private readonly Dictionary<ulong, Request> _admitted = [];
    private readonly List<Pending> _operations = [];
    private readonly bool[] _linkUp;
    private int _choice;
    private long _now = 1_000_000;
    private int _begun;

    public ModelCluster(int faulty, int firstFaulty, Func<Quorums, Quorums>? clientQuorums = null)
    {
        Quorums quorums = Quorums.Byzantine(3 * faulty + 1, faulty);
        _faulty = faulty;
        _firstFaulty = firstFaulty % quorums.Replicas;
        _acceptQuorum = quorums.Write;
        ClientSettings settings = new()
        {
            Client = new ClientId(1),
            Quorums = clientQuorums?.Invoke(quorums) ?? quorums,
            SessionWindow = 8,
            ReadsMax = 8,
        };
        _core = new ClientCore(settings, new StubKeyring());
        _replicas = [.. Enumerable.Range(0, quorums.Replicas).Select(static i => new Replica())];
        _linkUp = new bool[quorums.Replicas];
    }

    /// <summary>What was found wrong; null if nothing.</summary>
    public string? Defect { get; private set; }

    /// <summary>
    /// Runs the choices, then lets all that is correct work well, and expects everything to complete.
    /// </summary>
    public string? Run(IEnumerable<int> choices)
    {
        _core.Open(77, _now, _effects);
        CarryOut();
        for (int i = 0; i < _replicas.Length; i++) SetLink(i, isUp: true);
        foreach (int choice in choices)
        {
            Act((int)((uint)choice % 16), (int)((uint)choice / 16));
            if (Defect is not null) return Defect;
        }
        Heal();
        if (Defect is null && _operations.Find(static operation => !operation.IsOver) is { } stuck)
            Defect = $"{stuck.Kind} {stuck.Number} never completed";
        return Defect;
    }

    private void Act(int action, int parameter)
    {
        int replica = parameter % _replicas.Length;
        switch (action)
        {
            case 0 or 1: Begin(OperationKind.Command); break;
            case 2 or 3:
                _core.WantsRelayedReads = parameter % 2 == 0;
                Begin(OperationKind.Query);
                break;
            case 4 or 5: Receive(replica); break;
            case 6: foreach (int i in Correct) Receive(i); break;
            case 7 or 8: Execute(replica, 1 + parameter / 64 % 4); break;
            case 9 or 10: Send(replica); break;
            case 11: for (int i = 0; i < _replicas.Length; i++) Send(i); break;
            case 12: SetLink(replica, !_linkUp[replica]); break;
            case 13: Advance(parameter % 1000 * 1000L); break;
            case 14: _replicas[replica].Regency += parameter / 64 % 2; break;
            default: Lie(parameter); break;
        }
    }

    private IEnumerable<int> Correct => Enumerable.Range(0, _replicas.Length).Where(i => !IsFaulty(i));

    private bool IsFaulty(int index) => (index + _replicas.Length - _firstFaulty) % _replicas.Length < _faulty;

    private void Begin(OperationKind kind)
    {
        if (!_core.HasRoom || _operations.Count(static operation => !operation.IsOver) >= 12) return;
        Pending operation = new(kind, ++_begun) { Bound = LinearizationPoint };
        _operations.Add(operation);
        _core.Begin(operation, _now, _effects);
        CarryOut();
    }

    // Everything up to here may have been acknowledged to a client: one correct replica executed it, and liars confirm
    // anything.
    private int LinearizationPoint => Correct.Max(i => _replicas[i].Executed);

    private void Receive(int index)
    {
        Replica replica = _replicas[index];
        if (!replica.Inbox.TryDequeue(out ClientMessage? message)) return;
        if (IsFaulty(index))
        {
            if (message is Read heard) replica.Reads.Add((0, heard));
            return;
        }
        switch (message)
        {
            case Submit { Request: var request }:
                int position = _log.FindIndex(entry => entry.Request.Sequence == request.Sequence);
                if (position >= 0 && position < replica.Executed) Reply(index, request, position, isDirect: true);
                else if (request.IsSigned) replica.Direct.Add(request.Sequence);
                if (IsLedWell(index) || request.IsSigned) Order(request, index);
                break;
            case Read read:
                replica.Reads.Add((Barrier(index), read));
                AnswerReads(index);
                break;
        }
    }

    // What a replica has to execute before it answers a read that arrives now.
    private int Barrier(int index) => _log.FindLastIndex(entry => (entry.Accepted >> index & 1) != 0) + 1;

    // A faulty leader drops what only it has.
    private bool IsLedWell(int index) => !IsFaulty((int)(_replicas[index].Regency % _replicas.Length));

    private void Order(Request request, int proposer)
    {
        _admitted.TryAdd(request.Sequence, request);
        while (_admitted.TryGetValue((ulong)_log.Count + 1, out Request? next))
        {
            ulong accepted = 0;
            for (int i = 0; i < _acceptQuorum; i++) accepted |= 1ul << ((proposer + _choice + i) % _replicas.Length);
            _choice += 3;
            _log.Add(new LogEntry(next, accepted));
        }
    }

    private void Execute(int index, int count)
    {
        if (IsFaulty(index)) return;
        Replica replica = _replicas[index];
        for (; count > 0 && replica.Executed < _log.Count; count--)
        {
            int position = replica.Executed++;
            Request request = _log[position].Request;
            Reply(index, request, position, replica.Direct.Contains(request.Sequence));
        }
        AnswerReads(index);
    }

    private void Reply(int index, Request request, int position, bool isDirect)
    {
        if (!isDirect && !request.Repliers.Contains(new ReplicaId(index))) return;
        byte[] result = Encoding.UTF8.GetBytes(
            request.Kind == RequestKind.OrderedQuery ? State(position) : Result(request));
        bool whole = isDirect || request.FullReplier.Value == index || result.Length <= Digest.Size;
        Enqueue(index, new Reply(
            77, request.Sequence, new Regency(_replicas[index].Regency), ReplyStatus.Ok, !whole,
            whole ? result : DigestOf(result)));
    }

    private void AnswerReads(int index)
    {
        Replica replica = _replicas[index];
        foreach ((int barrier, Read read) in replica.Reads.Where(read => read.Barrier <= replica.Executed).ToList())
        {
            replica.Reads.Remove((barrier, read));
            byte[] result = Encoding.UTF8.GetBytes(State(replica.Executed));
            bool whole = read.WantsFull || result.Length <= Digest.Size;
            byte[] stated = whole ? result : DigestOf(result);
            Enqueue(index, new ReadReply(77, read.ReadId, new Regency(replica.Regency), ReplyStatus.Ok, !whole, stated)
            {
                Vouchers = read.Seconders.IsEmpty ? null : Words(read, point: index),
            });
        }
    }

    // The reply shares of co-signers that can answer at once; faulty ones say what the relay, or a replica that is as
    // far as it pleases them, would say.
    private List<ReadVoucher> Words(Read read, int point)
    {
        List<ReadVoucher> words = [];
        foreach (int seconder in CoreHarness.Positions(read.Seconders))
        {
            if (!IsFaulty(seconder) && _replicas[seconder].Executed < Barrier(seconder)) continue;
            string state = State(_replicas[IsFaulty(seconder) ? point : seconder].Executed);
            words.Add(CoreHarness.WordOf(77, read.ReadId, state, seconder));
        }
        return words;
    }

    private void Enqueue(int index, ClientMessage message)
    {
        if (_linkUp[index]) _replicas[index].Outbox.Enqueue(message);
    }

    private void Send(int index)
    {
        if (_linkUp[index] && _replicas[index].Outbox.TryDequeue(out ClientMessage? message)) Deliver(index, message);
    }

    private void Lie(int parameter)
    {
        int liar = (_firstFaulty + parameter % _faulty) % _replicas.Length;
        if (!_linkUp[liar]) return;
        parameter /= _faulty;
        if (parameter % 2 == 0 && _replicas[liar].Reads.Count > 0)
        {
            LieToRead(liar, parameter / 2);
            return;
        }
        parameter /= 2;
        ulong number = (ulong)(parameter % 12 + Math.Max(0, _log.Count - 8));
        parameter /= 12;
        ReplyStatus status = parameter % 7 > 4 ? ReplyStatus.Ok : (ReplyStatus)(parameter % 5);
        parameter /= 7;
        Regency regency = new(parameter % 3 == 0 ? long.MaxValue : parameter % 5);
        parameter /= 3;
        byte[] result = Encoding.UTF8.GetBytes((parameter % 4) switch
        {
            0 => "forged",
            1 => State(parameter / 4 % 9),
            2 => new string('x', 200),
            _ => Large(parameter / 4 % 20),
        });
        bool isDigest = parameter % 3 == 0;
        if (isDigest) result = DigestOf(result);
        // What correct replicas do say of an operation, passed off as their reply shares for something else.
        Vouchers vouchers = CoreHarness.VouchersOf(
            77, number, number > 0 && number <= (ulong)_log.Count ? Result(_log[(int)number - 1].Request) : "",
            [.. Correct]);
        Vouchers? sent = parameter % 5 > 2 ? vouchers : null;
        Deliver(liar, parameter % 2 == 0
            ? new Reply(77, number, regency, status, isDigest, result) { Vouchers = sent }
            : new ReadReply(77, number, regency, status, isDigest, result));
    }

    // The most convincing lie: what a correct replica that is behind would say.
    private void LieToRead(int liar, int parameter)
    {
        Read read = _replicas[liar].Reads[parameter % _replicas[liar].Reads.Count].Read;
        int[] points = [.. Correct.OrderBy(i => _replicas[i].Executed)];
        int point = points[parameter / 8 % points.Length];
        string state = State(_replicas[point].Executed);
        byte[] result = Encoding.UTF8.GetBytes(state);
        bool whole = read.WantsFull || result.Length <= Digest.Size;
        List<ReadVoucher> words = Words(read, point);
        // What was said of another read, passed off as their reply shares of this one.
        if (parameter % 3 == 0)
        {
            words = [.. words.Select(word => word with
            {
                Mac = CoreHarness.WordOf(77, read.ReadId + 1, state, word.From.Value).Mac,
                Result = new Digest(DigestOf(result)),
            })];
        }
        byte[] stated = whole ? result : DigestOf(result);
        Deliver(liar, new ReadReply(77, read.ReadId, Regency.Zero, ReplyStatus.Ok, !whole, stated)
        {
            Vouchers = parameter % 5 > 0 ? words : null,
        });
    }

    private void Deliver(int from, ClientMessage message)
    {
        _core.OnMessage(new ReplicaId(from), message, _now, _effects);
        CarryOut();
    }

    private void SetLink(int index, bool isUp)
    {
        _linkUp[index] = isUp;
        if (!isUp)
        {
            _replicas[index].Inbox.Clear();
            _replicas[index].Outbox.Clear();
        }
        _core.OnLink(new ReplicaId(index), isUp, _now, _effects);
        CarryOut();
    }

    private void Advance(long micros)
    {
        long target = _now + micros;
        for (int ticks = 0; _core.NextDeadlineMicros <= target; ticks++)
        {
            if (ticks > 10_000) throw new InvalidOperationException("The core asks for ticks without end.");
            _now = Math.Max(_now, _core.NextDeadlineMicros);
            _core.Tick(_now, _effects);
            CarryOut();
        }
        _now = target;
    }

    private void Heal()
    {
        long regency = _replicas.Max(static replica => replica.Regency);
        while (IsFaulty((int)(regency % _replicas.Length))) regency++;
        foreach (int i in Correct)
        {
            _replicas[i].Regency = regency;
            if (!_linkUp[i]) SetLink(i, isUp: true);
        }
        for (int round = 0; round < 200 && _operations.Exists(static operation => !operation.IsOver); round++)
        {
            for (int step = 0; step < 100; step++)
            {
                foreach (int i in Correct)
                {
                    Receive(i);
                    Execute(i, int.MaxValue);
                    Send(i);
                }
            }
            Advance(200_000);
        }
    }

    private void CarryOut()
    {
        ClientEffect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (ClientEffect effect in effects)
        {
            switch (effect)
            {
                case SendToReplicaEffect send when _linkUp[send.To.Value] && send.Message is not Attach:
                    _replicas[send.To.Value].Inbox.Enqueue(send.Message);
                    break;
                case OperationCompletedEffect { Operation: Pending operation }:
                    Check(operation);
                    break;
                case SessionExpiredEffect:
                    Defect ??= "liars expired the session";
                    break;
            }
        }
    }

    private void Check(Pending operation)
    {
        if (operation.IsOver) Defect ??= $"{operation.Kind} {operation.Number} completed twice";
        operation.IsOver = true;
        string result = Encoding.UTF8.GetString(operation.Outcome.Result.Span);
        if (operation.Outcome.Kind != OutcomeKind.Ok)
        {
            Defect ??= $"{operation.Kind} {operation.Number} ended as {operation.Outcome.Kind}";
        }
        else if (operation.Kind == OperationKind.Command)
        {
            operation.Point = _log.FindIndex(entry => entry.Request.Sequence == operation.Sequence) + 1;
            if (operation.Point == 0) Defect ??= $"command {operation.Number} completed without having been ordered";
            else if (result != Result(_log[operation.Point - 1].Request))
                Defect ??= $"command {operation.Number} got '{result}'";
        }
        else
        {
            operation.Point = int.Parse(result.AsSpan(5, 6), CultureInfo.InvariantCulture);
            if (operation.Point > _log.Count || State(operation.Point) != result)
                Defect ??= $"query {operation.Number} got '{result}'";
            if (operation.Point < operation.Bound)
            {
                Defect ??= $"query {operation.Number} saw state {operation.Point}, older than {operation.Bound}, "
                    + "which was observed before it began";
            }
        }
    }

    // Every third result is small, so that both ways of answering occur.
    private static string Result(Request request) =>
        request.Sequence % 3 == 0 ? $"small {request.Sequence}" : Large((int)request.Sequence);

    private static string Large(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"the result of operation {number}, which is larger than a digest");

    private static string State(int executed) =>
        string.Create(CultureInfo.InvariantCulture, $"state{executed:000000}") + (
            executed % 2 == 0 ? "" : " with more than a digest has room for");

    private static byte[] DigestOf(byte[] bytes)
    {
        byte[] digest = new byte[Digest.Size];
        Blake2b.Hash(bytes).CopyTo(digest);
        return digest;
    }

    private sealed class Pending(OperationKind kind, int number) : ClientOperation(
        kind, Encoding.UTF8.GetBytes($"{kind} {number}"), long.MaxValue)
    {
        public int Number { get; } = number;
        public int Bound { get; init; }
        public int Point { get; set; }
        public bool IsOver { get; set; }
    }

    private sealed class Replica
    {
        public Queue<ClientMessage> Inbox { get; } = new();
        public Queue<ClientMessage> Outbox { get; } = new();
        public HashSet<ulong> Direct { get; } = [];
        public List<(int Barrier, Read Read)> Reads { get; } = [];
        public int Executed { get; set; }
        public long Regency { get; set; }
    }

    private sealed record LogEntry(Request Request, ulong Accepted);
}
