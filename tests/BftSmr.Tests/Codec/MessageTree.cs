using System.Globalization;
using System.Text.Json.Nodes;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

/// <summary>
/// What docs/spec/wire.md says a message is made of, written a second time: arrays of numbers, booleans, binaries, nil
/// and arrays.
/// </summary>
internal static class MessageTree
{
    public static JsonNode Of(object message) => message switch
    {
        Propose m => Array(U(1), U(m.Regency.Value), U(m.Instance.Value), Batch(m.Batch)),
        Write m => Array(U(2), U(m.Regency.Value), U(m.Instance.Value), B(m.Value)),
        Accept m => Array(U(3), U(m.Regency.Value), U(m.Instance.Value), B(m.Value)),
        Refuse m =>
            Array(U(4), U(m.Regency.Value), U(m.Instance.Value), B(m.Value), Array(m.Clients, static c => U(c.Value))),
        Forward m => Array(U(5), Request(m.Request)),
        Stop m => Array(U(6), U(m.Next.Value)),
        StopData m => Array(U(7), StopData(m)),
        Sync m => Array(U(8), U(m.Regency.Value), Array(m.Collected, StopData)),
        Checkpoint m => Array(U(9), U(m.Instance.Value), B(m.Root), U(m.Sender.Value), B(m.Signature)),
        Status m =>
            Array(
                U(10), U(m.Regency.Value), m.Synchronized, U(m.LastExecuted.Value), U(m.Stable.Value),
                U(m.LastAccepted.Value), U(m.Wanted.Value), m.VotesForgotten, U(m.SilentBelow.Value),
                m.IsBehind, U(m.Run), Array(m.Runs, U)),
        FetchSync m => Array(U(11), U(m.Regency.Value)),
        FetchBatch m => Array(U(12), U(m.Instance.Value), B(m.Value)),
        BatchBody m => Array(U(13), U(m.Instance.Value), Batch(m.Batch)),
        FetchDecided m => Array(U(14), U(m.From.Value), U(m.Count), m.WithBodies),
        Decided m => Array(U(15), U(m.From.Value), Array(m.Values, B), Array(m.Bodies, Batch)),
        FetchCheckpoint m => Array(U(16), U(m.Above.Value)),
        CheckpointOffer m => Array(U(17), Certificate(m.Certificate), B(m.Manifest.Encoded), m.IsInstead),
        FetchPiece m => Array(U(18), B(m.Run), U(m.Index)),
        Piece m => Array(U(19), B(m.Run), U(m.Index), B(m.Bytes), Array(m.Path, B)),
        Vouch m => Array(U(20), U(m.Instance.Value), B(m.Macs)),
        RelayRead m => Array(U(21), U(m.Client.Value), U(m.Nonce), U(m.ReadId), B(m.Operation), B(m.Mac)),
        VouchRead m => Array(U(22), U(m.Client.Value), U(m.Nonce), U(m.ReadId), Voucher(m.Voucher)),

        Attach m => Array(U(32), U(m.Nonce)),
        Submit m => Array(U(33), Request(m.Request)),
        Read m => Array(U(34), U(m.Nonce), U(m.ReadId), m.WantsFull, U(m.Seconders.Bits), B(m.Macs), B(m.Operation)),
        Reply { Vouchers: { } v } m =>
            Array(
                U(37), U(m.Nonce), U(m.Sequence), U(m.Regency.Value), U((long)m.Status), m.IsDigest, B(m.Result),
                U(v.From.Bits), B(v.Macs)),
        Reply m =>
            Array(U(35), U(m.Nonce), U(m.Sequence), U(m.Regency.Value), U((long)m.Status), m.IsDigest, B(m.Result)),
        ReadReply { Vouchers: { } v } m =>
            Array(
                U(38), U(m.Nonce), U(m.ReadId), U(m.Regency.Value), U((long)m.Status), m.IsDigest, B(m.Result),
                Array(v, Voucher)),
        ReadReply m =>
            Array(U(36), U(m.Nonce), U(m.ReadId), U(m.Regency.Value), U((long)m.Status), m.IsDigest, B(m.Result)),

        RegencyInstalled r => Array(U(64), U(r.Regency.Value)),
        RegencySynchronized r => Array(U(65), U(r.Sync.Regency.Value), Array(r.Sync.Collected, StopData)),
        WriteVoted r => Array(U(66), U(r.Instance.Value), Vote(r.Vote), r.Batch is null ? null : Batch(r.Batch)),
        QuorumWritten r => Array(U(67), U(r.Instance.Value), Vote(r.Vote)),
        ValueDecided r => Array(U(68), U(r.Instance.Value), B(r.Value), r.Batch is null ? null : Batch(r.Batch)),
        CheckpointStable r => Array(U(69), Certificate(r.Certificate), B(r.Manifest.Encoded)),
        SilentUpTo r => Array(U(70), U(r.Instance.Value), U(r.Regency.Value)),
        RegencyWanted r => Array(U(71), U(r.Regency.Value)),
        _ =>
            throw new ArgumentException(
                $"{message.GetType().Name} is not in the specification: add it there and here.", nameof(message)),
    };

    public static JsonNode Body(Request request) => Array(
        U(
            request.Session.Client.Value), U(request.Session.Nonce), U(request.Sequence), U(request.Outstanding),
            U((long)request.Kind),
        U(request.Repliers.Bits), U(request.FullReplier.Value), request.WantsOneReply, B(request.Operation));

    private static JsonArray Request(Request request) => Array(B(request.Body), B(request.Macs), B(request.Signature));

    private static JsonArray Batch(Batch batch) =>
        Array(U(batch.TimestampMicros), U(batch.Seed), Array(batch.Requests, Request));

    private static JsonArray StopData(StopData m) => Array(
        U(m.Regency.Value), U(m.Sender.Value), U(m.LastExecuted.Value), U(m.SilentUntil.Value), Certificate(m.Stable),
        Array(m.Evidence, Evidence), B(m.Signature));

    private static JsonArray Evidence(InstanceEvidence e) =>
        Array(U(e.Instance.Value), e.Written is { } written ? Vote(written) : null, Array(e.WriteSet, Vote));

    private static JsonArray Voucher(ReadVoucher voucher) =>
        Array(U(voucher.From.Value), U((long)voucher.Status), B(voucher.Result), B(voucher.Mac));

    private static JsonArray Vote(Vote vote) => Array(U(vote.Regency.Value), B(vote.Value));

    private static JsonArray Certificate(CheckpointCertificate certificate) => Array(
        U(certificate.Instance.Value), B(certificate.Root),
        Array(certificate.Signatures, static s => Array(U(s.Sender.Value), B(s.Signature))));

    private static JsonArray Array(params JsonNode?[] items) => new(items);

    private static JsonArray Array<T>(IReadOnlyList<T> items, Func<T, JsonNode> one) => new([.. items.Select(one)]);

    private static JsonObject U(ulong number) => new() { ["u"] = number.ToString(CultureInfo.InvariantCulture) };

    private static JsonObject U(long number) => U((ulong)number);

    private static JsonObject B(ReadOnlyMemory<byte> bytes) => new() { ["b"] = Convert.ToHexStringLower(bytes.Span) };

    private static JsonObject B(Digest digest) => new() { ["b"] = digest.ToString() };
}
