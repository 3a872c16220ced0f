using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Timelines;

/// <summary>Messages, inputs and effects as short texts, for people that read a trace.</summary>
internal static class Wording
{
    public static string Of(object subject) => subject switch
    {
        PeerMessage message => Of(message),
        ClientMessage message => Of(message),
        LogRecord record => Of(record),
        Input input => Of(input),
        Effect effect => Of(effect),
        Request request => Of(request),
        _ => Convert.ToString(subject, CultureInfo.InvariantCulture) ?? "",
    };

    public static string Of(Digest digest) => digest.ToString()[..8];

    private static string Of(Request request)
    {
        string signed = request.IsSigned ? " signed" : "";
        return $"{request.Session}/{request.Sequence} {request.Kind}{signed} {Of(request.Digest)}";
    }

    private static string Of(Batch? batch)
    {
        if (batch is null) return "-";
        string requests = string.Join(' ', batch.Requests.Take(8).Select(r => $"{r.Session}/{r.Sequence}"));
        return $"{Of(batch.Digest)}[{requests}{(batch.Requests.Count > 8 ? " …" : "")}]";
    }

    private static string Of(CheckpointCertificate certificate)
    {
        string signers = string.Join('+', certificate.Signatures.Select(s => s.Sender));
        return $"{certificate.Instance} {Of(certificate.Root)} by {signers}";
    }

    private static string Of(Vote? vote) => vote is { } v ? $"{v.Regency}:{Of(v.Value)}" : "-";

    private static string Of(StopData data) =>
        $"STOPDATA {data.Regency} of {data.Sender}: executed {data.LastExecuted}, stable {Of(data.Stable)}; " +
        string.Join("; ", data.Evidence.Select(Of));

    private static string Of(InstanceEvidence e) =>
        $"{e.Instance} written {Of(e.Written)} set {string.Join(',', e.WriteSet.Select(v => Of(v)))}";

    private static string Of(PeerMessage message) => message switch
    {
        Propose m => $"PROPOSE {m.Regency} {m.Instance} {Of(m.Batch)}",
        Write m => $"WRITE {m.Regency} {m.Instance} {Of(m.Value)}",
        Accept m => $"ACCEPT {m.Regency} {m.Instance} {Of(m.Value)}",
        Refuse m => $"REFUSE {m.Regency} {m.Instance} {Of(m.Value)} {string.Join(' ', m.Clients)}",
        Vouch m => $"VOUCH {m.Instance} for {m.Macs.Length / Request.MacBytes}",
        RelayRead m => $"RELAYREAD {m.Nonce:x}:{m.ReadId} of {m.Client}",
        VouchRead m => $"VOUCHREAD {m.Nonce:x}:{m.ReadId} of {m.Client} {Of(m.Voucher)}",
        Forward m => $"FORWARD {Of(m.Request)}",
        Stop m => $"STOP {m.Next}",
        StopData m => Of(m),
        Sync m => $"SYNC {m.Regency}: {string.Join(" | ", m.Collected.Select(Of))}",
        Checkpoint m => $"CHECKPOINT {m.Instance} {Of(m.Root)} of {m.Sender}",
        BatchBody m => $"BATCH {m.Instance} {Of(m.Batch)}",
        Decided m => $"DECIDED from {m.From}: {string.Join(' ', m.Values.Select(Of))} with {m.Bodies.Count} bodies",
        CheckpointOffer m => $"OFFER {Of(m.Certificate)} {m.Manifest.Bytes} bytes",
        Piece m => $"PIECE {Of(m.Run)} {m.Index} {m.Bytes.Length} bytes",
        FetchBatch m => $"FETCHBATCH {m.Instance} {Of(m.Value)}",
        _ => message.ToString(),
    };

    private static string Of(ClientMessage message) => message switch
    {
        Submit m => $"REQUEST {Of(m.Request)}",
        Reply m =>
            $"REPLY {m.Nonce:x}/{m.Sequence} {m.Regency} {m.Status} {Result(m.IsDigest, m.Result)}"
            + (m.Vouchers is { } v ? $" with shares of {v.From.Bits:b}" : ""),
        Read m =>
            $"READ {m.Nonce:x}:{m.ReadId}{(m.WantsFull ? " full" : "")}"
            + (!m.Seconders.IsEmpty ? $" with {m.Seconders.Bits:b}" : ""),
        ReadReply m =>
            $"READREPLY {m.Nonce:x}:{m.ReadId} {m.Regency} {m.Status} {Result(m.IsDigest, m.Result)}"
            + (m.Vouchers is { } v ? $" with shares {string.Join(", ", v.Select(Of))}" : ""),
        _ => message.ToString(),
    };

    private static string Of(ReadVoucher voucher) => $"{voucher.From} {voucher.Status} {Of(voucher.Result)}";

    private static string Result(bool isDigest, ReadOnlyMemory<byte> result) =>
        (isDigest ? "digest " : "") + Convert.ToHexStringLower(result.Span[..Math.Min(16, result.Length)]);

    private static string Of(LogRecord record) => record switch
    {
        RegencySynchronized r => Of(r.Sync),
        WriteVoted r => $"WriteVoted {r.Instance} {Of(r.Vote)} {Of(r.Batch)}",
        QuorumWritten r => $"QuorumWritten {r.Instance} {Of(r.Vote)}",
        ValueDecided r => $"ValueDecided {r.Instance} {Of(r.Value)} {Of(r.Batch)}",
        CheckpointStable r => $"CheckpointStable {Of(r.Certificate)}",
        _ => record.ToString(),
    };

    private static string Of(Input input) => input switch
    {
        PeerInput i => $"{Of(i.Message)} from {i.From}",
        RequestInput i => $"request {Of(i.Request)}",
        ReadInput i => $"{Of(i.Read)} from {i.Client}",
        ReadAnsweredInput i => $"answered for {i.Relay}: {Of(i.Reply)} of {i.Client}",
        CheckpointTakenInput i => $"checkpoint taken {i.Manifest.Instance} {Of(i.Manifest.Root)}",
        ExecutedInput i => $"executed {i.Instance}",
        RunDamagedInput i => $"run damaged {Of(i.Missing.Run.Root)}",
        StateDamagedInput i => $"state damaged at {i.Manifest.Instance}",
        FetchPlannedInput i => $"fetch planned {i.Manifest.Instance}, {i.Missing.Count} runs are missing",
        StateInstalledInput i => $"state installed {i.Instance}",
        LinkInput i => $"link to {i.Peer} {(i.IsUp ? "up" : "down")}",
        TickInput => "tick",
        _ => input.ToString(),
    };

    private static string Of(Effect effect) => effect switch
    {
        SendEffect e => $"to {e.To}: {Of(e.Message)}",
        BroadcastEffect e => $"to all: {Of(e.Message)}",
        ReplyEffect e => $"to {e.Client}: {Of(e.Reply)}",
        ReadReplyEffect e => $"to {e.Client}: {Of(e.Reply)}",
        PersistEffect e => $"persist{(e.Flush ? "+flush" : "")} {Of(e.Record)}",
        ExecuteEffect e =>
            $"execute {e.Instance} [{string.Join(' ', e.Commands.Take(8).Select(r => $"{r.Session}/{r.Sequence}"))}]",
        AnswerReadEffect e => $"answer {e.Client} {Of(e.Read)}{(e.Relay is { } relay ? $" for {relay}" : "")}",
        TakeCheckpointEffect e => $"take checkpoint {e.Instance}",
        MendRunEffect e => $"mend run {Of(e.Run.Root)}",
        RewriteLogEffect e => $"write the log again above {e.Stable}",
        PassCheckpointEffect e => $"pass checkpoint {e.Instance}",
        InstallStateEffect e => $"install {Of(e.Certificate)}",
        BeginFetchEffect e => $"begin fetch {Of(e.Certificate)}",
        RejectEffect e => $"reject {e.Reason} from {e.Source}",
        StorePieceEffect e => $"store piece {Of(e.Run.Root)} {e.Index}",
        _ => effect.ToString(),
    };
}
