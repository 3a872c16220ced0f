using System.Numerics;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Reads;

/// <summary>
/// One answer for all replicas that a read asks. The client sends it to one of them, which asks the others for their
/// word, each under a MAC for the client, and sends all of them along with its own answer. Each answers as it would
/// have answered the client (<see cref="ReadQueue"/>), so what the client learns is the same; it sends and receives one
/// message rather than q. A word that is missing, wrong or another one costs the client time and nothing else: it asks
/// all replicas.
/// </summary>
internal sealed class ReadRelay(ReplicaContext context, ReadQueue reads)
{
    /// <summary>
    /// An answer that does not have all words in this time is sent as it is: so the client learns who is to blame.
    /// </summary>
    private const long PatienceMicros = 50_000;

    private const int HeldMax = 4096;
    private const long HeldBytesMax = 16 << 20;

    private readonly Dictionary<ReadKey, LinkedListNode<HeldRead>> _held = [];
    private readonly LinkedList<HeldRead> _byAge = new();
    private long _heldBytes;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public long NextDeadlineMicros =>
        _byAge.First is { } first ? first.Value.SinceMicros + PatienceMicros : long.MaxValue;

    /// <summary>A replica's word on a read.</summary>
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
        ReadKey key = new(client, read.Nonce, read.ReadId);
        ulong others = read.Seconders & ~(1ul << context.Self.Value);
        if (others == 0 || read.Operation.Length > Read.RelayedBytesMax || _held.Count >= HeldMax || _heldBytes >= HeldBytesMax || _held.ContainsKey(key))
        {
            reads.Admit(new PendingRead(client, read, Relay: null), agreedTimeMicros);
            return;
        }
        _held.Add(key, _byAge.AddLast(new HeldRead(key, others, context.Now.MonotonicMicros)));
        ReadOnlyMemory<byte> macs = read.Macs;
        for (ulong rest = read.Seconders; rest != 0; rest &= rest - 1, macs = macs[Request.MacBytes..])
        {
            ReplicaId seconder = new(BitOperations.TrailingZeroCount(rest));
            if (seconder != context.Self)
                context.Effects.Send(
                    seconder, new RelayRead(client, read.Nonce, read.ReadId, read.Operation, macs[..Request.MacBytes]));
        }
        reads.Admit(new PendingRead(client, read, context.Self), agreedTimeMicros);
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
        if (held.Missing == 0 || _heldBytes > HeldBytesMax) Send(held);
    }

    /// <summary>Another replica's word. It may come before this replica has its own.</summary>
    public void OnVouched(ReplicaId from, VouchRead message)
    {
        if (Find(message.Client, message.Nonce, message.ReadId) is not { } held) return; // sent, or given up, long ago
        if (message.Voucher.From != from || (held.Missing >> from.Value & 1) == 0)
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        held.Take(message.Voucher);
        if (held.Missing == 0 && held.Reply is not null) Send(held);
    }

    /// <summary>
    /// Sends what has waited for long enough; what this replica has not answered yet is sent without the others' words
    /// once it has.
    /// </summary>
    public void Tick()
    {
        while (context.Now.MonotonicMicros >= NextDeadlineMicros)
        {
            HeldRead first = _byAge.First!.Value;
            if (first.Reply is not null) Send(first);
            else Forget(first);
        }
    }

    private HeldRead? Find(ClientId client, ulong nonce, ulong readId) =>
        _held.TryGetValue(new ReadKey(client, nonce, readId), out LinkedListNode<HeldRead>? node) ? node.Value : null;

    private void Send(HeldRead held)
    {
        context.Effects.Add(new ReadReplyEffect(held.Key.Client, held.Reply! with { Vouchers = held.Vouchers }));
        Forget(held);
    }

    private void Forget(HeldRead held)
    {
        if (_held.Remove(held.Key, out LinkedListNode<HeldRead>? node)) _byAge.Remove(node);
        if (held.Reply is { } reply) _heldBytes -= reply.Result.Length;
    }

    private readonly record struct ReadKey(ClientId Client, ulong Nonce, ulong ReadId);

    /// <summary>A read that waits for this replica's answer, or others' words on it.</summary>
    private sealed class HeldRead(ReadKey key, ulong seconders, long sinceMicros)
    {
        private readonly List<ReadVoucher> _vouchers = new(BitOperations.PopCount(seconders));

        public ReadKey Key { get; } = key;
        public long SinceMicros { get; } = sinceMicros;

        /// <summary>The replicas whose word has not come.</summary>
        public ulong Missing { get; private set; } = seconders;

        public ReadReply? Reply { get; set; }
        public IReadOnlyList<ReadVoucher> Vouchers => _vouchers;

        /// <summary>Takes one of the missing words.</summary>
        public void Take(in ReadVoucher voucher)
        {
            Missing &= ~(1ul << voucher.From.Value);
            int at = _vouchers.Count;
            while (at > 0 && _vouchers[at - 1].From.Value > voucher.From.Value) at--;
            _vouchers.Insert(at, voucher);
        }
    }
}
