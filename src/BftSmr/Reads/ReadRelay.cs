using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Reads;

/// <summary>
/// One answer for all replicas that a read asks. The client sends it to one of them, the relay, which asks the
/// co-signers for their reply shares, each under a MAC for the client. It sends all shares along with its own answer.
/// Each co-signer answers as it would have answered the client (<see cref="ReadQueue"/>), so the client learns the
/// same; it sends and receives one message rather than q. A reply share that is missing, wrong or another one costs the
/// client time and nothing else: it asks all replicas. Invariants: the reads held are bounded, and counted in and out
/// alike; each reply share is taken once, of a replica that was asked; an answer that is sent has this replica's own.
/// </summary>
internal sealed class ReadRelay(ReplicaContext context, ReadQueue reads)
{
    private const int HeldMax = 4096;
    private const long HeldBytesMax = 16 << 20;

    private readonly Dictionary<ReadKey, LinkedListNode<HeldRead>> _held = [];
    private readonly LinkedList<HeldRead> _byAge = new();

    // An answer that lacks a reply share after this time is sent as it is: so the client learns which is missing.
    private readonly SharePatience _patience = new(context.Quorums, SharePatience.MostMicros);
    private long _heldBytes;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public long NextDeadlineMicros =>
        _byAge.First is { } first ? first.Value.SinceMicros + _patience.Micros : long.MaxValue;

    /// <summary>A replica's reply share of a read.</summary>
    public static ReadVoucher Vouch(
        IKeyring keyring, ReplicaId self, ClientId client, ulong nonce, ulong readId, ReplyStatus status, Digest result)
    {
        Span<byte> statement = stackalloc byte[ReadStatement.AnswerBytes];
        ReadStatement.WriteAnswer(nonce, readId, status, result, statement);
        byte[] mac = new byte[Request.MacBytes];
        keyring.MacForClient(client, statement, mac);
        return new ReadVoucher(self, status, result, mac);
    }

    /// <summary>From its client.</summary>
    public void OnRead(ClientId client, Read read, long agreedTimeMicros)
    {
        if (!context.Settings.Rights.Has(client, ClientRights.Read))
        {
            Refuse(client, read);
            return;
        }
        ReadKey key = new(client, read.Nonce, read.ReadId);
        ReplicaSet others = read.Seconders.Without(context.Self);
        if (others.IsEmpty || read.Operation.Length > Read.RelayedBytesMax
            || _held.Count >= HeldMax || _heldBytes >= HeldBytesMax || _held.ContainsKey(key))
        {
            reads.Admit(new PendingRead(client, read, Relay: null), agreedTimeMicros);
            return;
        }
        _held.Add(key, _byAge.AddLast(new HeldRead(key, others, context.Now.MonotonicMicros)));
        Invariant.Holds(
            _held.Count == _byAge.Count && _held.Count <= HeldMax, "a held read is in the table and in the order");
        ReadOnlyMemory<byte> macs = read.Macs;
        foreach (ReplicaId seconder in read.Seconders)
        {
            if (seconder != context.Self)
                context.Effects.Send(
                    seconder, new RelayRead(client, read.Nonce, read.ReadId, read.Operation, macs[..Request.MacBytes]));
            macs = macs[Request.MacBytes..];
        }
        reads.Admit(new PendingRead(client, read, context.Self), agreedTimeMicros);
    }

    private void Refuse(ClientId client, Read read)
    {
        context.Effects.Reject(client, RejectReason.NotPermitted);
        ReadReply refusal = new(
            read.Nonce, read.ReadId, reads.Regency, ReplyStatus.NotPermitted, IsDigest: false, default);
        context.Effects.Add(new ReadReplyEffect(client, refusal));
    }

    /// <summary>From the replica that the client sent it to.</summary>
    public void OnRelayed(ReplicaId from, RelayRead message, long agreedTimeMicros)
    {
        if (!context.Settings.Rights.Has(message.Client, ClientRights.Read))
        {
            context.Effects.Reject(from, RejectReason.NotPermitted); // a correct replica has refused it itself
            return;
        }
        Read read = new(message.Nonce, message.ReadId, WantsFull: false, message.Operation);
        reads.Admit(new PendingRead(message.Client, read, from), agreedTimeMicros);
    }

    /// <summary>A relayed read was answered here: for its client, or for the replica that relayed it.</summary>
    public void OnAnswered(ReadAnsweredInput input)
    {
        if (input.Relay != context.Self)
        {
            ReadReply mine = input.Reply;
            Digest result = mine.IsDigest ? new Digest(mine.Result.Span) : Blake2b.Hash(mine.Result.Span);
            ReadVoucher voucher = Vouch(
                context.Keyring, context.Self, input.Client, mine.Nonce, mine.ReadId, mine.Status, result);
            context.Effects.Send(input.Relay, new VouchRead(input.Client, mine.Nonce, mine.ReadId, voucher));
            return;
        }
        if (Find(input.Client, input.Reply.Nonce, input.Reply.ReadId) is not { Reply: null } held)
        {
            context.Effects.Add(new ReadReplyEffect(input.Client, input.Reply));
            return;
        }
        held.Reply = input.Reply;
        _heldBytes += input.Reply.Result.Length;
        if (held.Missing.IsEmpty || _heldBytes > HeldBytesMax) Send(held);
    }

    /// <summary>A co-signer's reply share. It may come before this replica has its own answer.</summary>
    public void OnVouched(ReplicaId from, VouchRead message)
    {
        if (Find(message.Client, message.Nonce, message.ReadId) is not { } held) return; // sent, or given up, long ago
        if (message.Voucher.From != from || !held.Missing.Contains(from))
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        held.Take(message.Voucher);
        _patience.Measure(from, context.Now.MonotonicMicros - held.SinceMicros);
        if (held.Missing.IsEmpty && held.Reply is not null) Send(held);
    }

    /// <summary>
    /// Sends what has waited for long enough. A read that this replica has not answered yet is sent without the reply
    /// shares once it has.
    /// </summary>
    public void Tick()
    {
        while (context.Now.MonotonicMicros >= NextDeadlineMicros)
        {
            HeldRead first = _byAge.First!.Value;
            foreach (ReplicaId missing in first.Missing) _patience.Miss(missing);
            if (first.Reply is not null) Send(first);
            else Forget(first);
        }
    }

    private HeldRead? Find(ClientId client, ulong nonce, ulong readId) =>
        _held.TryGetValue(new ReadKey(client, nonce, readId), out LinkedListNode<HeldRead>? node) ? node.Value : null;

    private void Send(HeldRead held)
    {
        Invariant.Holds(held.Reply is not null, "the relay sends reply shares along with its own answer");
        context.Effects.Add(new ReadReplyEffect(held.Key.Client, held.Reply with { Vouchers = held.Vouchers }));
        Forget(held);
    }

    private void Forget(HeldRead held)
    {
        if (_held.Remove(held.Key, out LinkedListNode<HeldRead>? node)) _byAge.Remove(node);
        if (held.Reply is { } reply) _heldBytes -= reply.Result.Length;
        Invariant.Holds(
            _held.Count == _byAge.Count && _heldBytes >= 0 && (_held.Count > 0 || _heldBytes == 0),
            "reads that are held are counted in and out alike");
    }

    private readonly record struct ReadKey(ClientId Client, ulong Nonce, ulong ReadId);

    /// <summary>A read that waits for this replica's answer, or for reply shares.</summary>
    private sealed class HeldRead(ReadKey key, ReplicaSet seconders, long sinceMicros)
    {
        private readonly List<ReadVoucher> _vouchers = new(seconders.Count);

        public ReadKey Key { get; } = key;
        public long SinceMicros { get; } = sinceMicros;

        /// <summary>The replicas whose reply share has not come.</summary>
        public ReplicaSet Missing { get; private set; } = seconders;

        public ReadReply? Reply { get; set; }
        public IReadOnlyList<ReadVoucher> Vouchers => _vouchers;

        /// <summary>Takes one of the missing reply shares.</summary>
        public void Take(in ReadVoucher voucher)
        {
            Invariant.Holds(Missing.Contains(voucher.From), "a reply share is taken once, of a replica asked for it");
            Missing = Missing.Without(voucher.From);
            int at = _vouchers.Count;
            while (at > 0 && _vouchers[at - 1].From.Value > voucher.From.Value) at--;
            _vouchers.Insert(at, voucher);
        }
    }
}
