using System.Globalization;
using System.Numerics;
using System.Text;
using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>
/// A client core whose replicas are played by the test: what it sends reads as a transcript, time moves only when told
/// to.
/// </summary>
internal sealed class CoreHarness
{
    private const int IdleTicksMax = 3;

    private readonly ClientEffectBuffer _effects = new();
    private readonly List<SendToReplicaEffect> _sent = [];
    private readonly Dictionary<ulong, Request> _requests = [];

    public CoreHarness(
        int replicas = 4, int faulty = 1, RequestAuthentication authentication = RequestAuthentication.Mac,
        Func<ClientSettings, ClientSettings>? adjust = null)
    {
        ClientSettings settings = new()
        {
            Client = new ClientId(7),
            Quorums = Quorums.Byzantine(replicas, faulty),
            Authentication = authentication,
        };
        Core = new ClientCore(adjust?.Invoke(settings) ?? settings, Keyring);
    }

    public StubKeyring Keyring { get; } = new();

    public ClientCore Core { get; }

    public long Now { get; private set; } = 1_000_000;

    public ulong Nonce { get; private set; } = 41;

    public int Replicas => Core.Settings.Quorums.Replicas;

    /// <summary>Session effects, in order.</summary>
    public List<ClientEffect> SessionEffects { get; } = [];

    /// <summary>Operations completed, in order; none twice.</summary>
    public List<ClientOperation> Completed { get; } = [];

    /// <summary>All links up, session open, nothing recorded.</summary>
    public static CoreHarness Opened(
        int replicas = 4, int faulty = 1, RequestAuthentication authentication = RequestAuthentication.Mac,
        Func<ClientSettings, ClientSettings>? adjust = null, ulong nonce = 41)
    {
        CoreHarness harness = new(replicas, faulty, authentication, adjust) { Nonce = nonce };
        harness.AllLinksUp();
        harness.OpenSession();
        return harness;
    }

    public void AllLinksUp()
    {
        for (int i = 0; i < Replicas; i++) Link(i, isUp: true);
    }

    public void Link(int replica, bool isUp)
    {
        Core.OnLink(new ReplicaId(replica), isUp, Now, _effects);
        CarryOut();
    }

    /// <summary>Opens the next session and lets the replicas confirm it.</summary>
    public void OpenSession()
    {
        BeginSession();
        foreach (int replica in Repliers(1)) Reply(replica, 1, "");
        Assert.True(Core.IsOpen);
        _sent.Clear();
        SessionEffects.Clear();
    }

    public void BeginSession()
    {
        Core.Open(++Nonce, Now, _effects);
        CarryOut();
    }

    public ClientOperation Invoke(string operation = "op", long timeoutMicros = 30_000_000) =>
        Begin(OperationKind.Command, operation, timeoutMicros);

    public ClientOperation Query(string operation = "get", long timeoutMicros = 30_000_000) =>
        Begin(OperationKind.Query, operation, timeoutMicros);

    public void Abandon(ClientOperation operation)
    {
        Core.Abandon(operation);
        CarryOut();
    }

    public void FailWaiting()
    {
        Core.FailWaiting(_effects);
        CarryOut();
    }

    public void Reply(
        int from, ulong sequence, string result, ReplyStatus status = ReplyStatus.Ok, long regency = 0,
        ulong? nonce = null) =>
        Deliver(from, new Reply(nonce ?? Nonce, sequence, new Regency(regency), status, false, Bytes(result)));

    /// <summary>A reply with the reply shares of others for it, or for something else.</summary>
    public void VouchedReply(
        int from, ulong sequence, string result, int[] vouchers, string? vouched = null, ulong? vouchedSequence = null,
        ReplyStatus status = ReplyStatus.Ok) =>
        Deliver(from, new Reply(Nonce, sequence, Regency.Zero, status, false, Bytes(result))
        {
            Vouchers = VouchersOf(Nonce, vouchedSequence ?? sequence, vouched ?? result, vouchers),
        });

    /// <summary>What these replicas would say of an operation that ended well.</summary>
    public static Vouchers VouchersOf(ulong nonce, ulong sequence, string result, params int[] replicas)
    {
        byte[] statement = new byte[VoucherStatement.Bytes];
        VoucherStatement.Write(nonce, sequence, ReplyStatus.Ok, Blake2b.Hash(Bytes(result)), statement);
        ReplicaSet from = replicas.Aggregate(
            ReplicaSet.Empty, static (set, replica) => set.With(new ReplicaId(replica)));
        return new Vouchers(
            from, replicas.Order().SelectMany(replica => StubKeyring.VoucherOf(replica, statement)).ToArray());
    }

    public void ReplyDigest(
        int from, ulong sequence, string result, ReplyStatus status = ReplyStatus.Ok, long regency = 0) =>
        Deliver(from, new Reply(Nonce, sequence, new Regency(regency), status, true, DigestBytes(result)));

    public void Answer(int from, ulong readId, string result, ReplyStatus status = ReplyStatus.Ok, long regency = 0) =>
        Deliver(from, new ReadReply(Nonce, readId, new Regency(regency), status, false, Bytes(result)));

    public void AnswerDigest(int from, ulong readId, string result) =>
        Deliver(from, new ReadReply(Nonce, readId, Regency.Zero, ReplyStatus.Ok, true, DigestBytes(result)));

    /// <summary>An answer with the reply shares of others for it, or for something else.</summary>
    public void VouchedAnswer(
        int from, ulong readId, string result, int[] vouchers, string? vouched = null, ulong? vouchedId = null) =>
        Deliver(from, new ReadReply(Nonce, readId, Regency.Zero, ReplyStatus.Ok, false, Bytes(result))
        {
            Vouchers =
                [.. vouchers.Order().Select(voucher => WordOf(Nonce, vouchedId ?? readId, vouched ?? result, voucher))],
        });

    /// <summary>What a replica would say of a read that ended well.</summary>
    public static ReadVoucher WordOf(ulong nonce, ulong readId, string result, int replica)
    {
        byte[] statement = new byte[ReadStatement.AnswerBytes];
        Digest digest = Blake2b.Hash(Bytes(result));
        ReadStatement.WriteAnswer(nonce, readId, ReplyStatus.Ok, digest, statement);
        return new ReadVoucher(
            new ReplicaId(replica), ReplyStatus.Ok, digest, StubKeyring.VoucherOf(replica, statement));
    }

    public void Deliver(int from, ClientMessage message)
    {
        Core.OnMessage(new ReplicaId(from), message, Now, _effects);
        CarryOut();
    }

    /// <summary>Lets time pass, ticking whenever the core asks for it.</summary>
    public void Advance(long micros)
    {
        long target = Now + micros;
        int idle = 0;
        while (Core.NextDeadlineMicros <= target)
        {
            if (Core.NextDeadlineMicros > Now) idle = 0;
            Now = Math.Max(Now, Core.NextDeadlineMicros);
            Core.Tick(Now, _effects);
            CarryOut();
            Assert.True(
                Core.NextDeadlineMicros > Now || ++idle < IdleTicksMax,
                "The core asks for ticks in the past: its host would spin.");
        }
        Now = target;
    }

    public void AdvanceMs(long milliseconds) => Advance(milliseconds * 1000);

    /// <summary>What was sent since the last call, one line each.</summary>
    public string[] TakeSent()
    {
        string[] lines = [.. _sent.Select(Describe)];
        _sent.Clear();
        return lines;
    }

    /// <summary>The request last sent under this number, in this session.</summary>
    public Request Request(ulong sequence) => _requests[sequence];

    /// <summary>The replicas that a request asks to reply.</summary>
    public int[] Repliers(ulong sequence) => Positions(Request(sequence).Repliers);

    public static int[] Positions(ReplicaSet set) =>
        [.. Enumerable.Range(0, 64).Where(i => set.Contains(new ReplicaId(i)))];

    public static string Text(ClientOperation operation) => Encoding.UTF8.GetString(operation.Outcome.Result.Span);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] DigestBytes(string text)
    {
        byte[] bytes = new byte[Digest.Size];
        Blake2b.Hash(Bytes(text)).CopyTo(bytes);
        return bytes;
    }

    private ClientOperation Begin(OperationKind kind, string operation, long timeoutMicros)
    {
        ClientOperation begun = new(kind, Bytes(operation), Now + timeoutMicros);
        Core.Begin(begun, Now, _effects);
        CarryOut();
        return begun;
    }

    private void CarryOut()
    {
        foreach (ClientEffect effect in _effects.Effects)
        {
            switch (effect)
            {
                case SendToReplicaEffect send:
                    _sent.Add(send);
                    if (send.Message is Submit submit) _requests[submit.Request.Sequence] = submit.Request;
                    break;
                case OperationCompletedEffect completed:
                    Assert.DoesNotContain(completed.Operation, Completed);
                    Completed.Add(completed.Operation);
                    break;
                default:
                    SessionEffects.Add(effect);
                    break;
            }
        }
        _effects.Clear();
    }

    private static string Describe(SendToReplicaEffect send) => send.Message switch
    {
        Submit { Request: var request } => string.Create(
            CultureInfo.InvariantCulture,
            $"{send.To} submit {request.Sequence} {request.Kind} '{Encoding.UTF8.GetString(request.Operation.Span)}' "
            + $"{Authentication(request)}"),
        Read read => string.Create(
            CultureInfo.InvariantCulture,
            $"{send.To} read {read.ReadId} '{Encoding.UTF8.GetString(read.Operation.Span)}' "
            + $"{(read.WantsFull ? "whole" : "digest")}{CoSigners(read)}"),
        Attach attach => string.Create(CultureInfo.InvariantCulture, $"{send.To} attach {attach.Nonce}"),
        var other => $"{send.To} {other}",
    };

    private static string CoSigners(Read read) => read.Seconders.IsEmpty
        ? ""
        : $" and {string.Join(' ', Positions(read.Seconders).Select(static i => $"r{i}"))}";

    private static string Authentication(Request request) => (request.Macs.IsEmpty, request.IsSigned) switch
    {
        (false, false) => "macs",
        (true, true) => "signed",
        (false, true) => "macs+signed",
        _ => "bare",
    };

    public static int Count(ulong mask) => BitOperations.PopCount(mask);
}
