using System.Text;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Tests.Transcripts;

/// <summary>
/// Messages, log records and effects in the words of docs/spec. Values have short names: A, B, … for batches, x1,
/// x2, … for the roots of checkpoints and y1, y2, … for runs, in the order in which they turn up. The first mention of
/// a batch tells its requests.
/// </summary>
internal sealed class Wording
{
    private readonly Dictionary<Digest, string> _batches = new() { [BatchCodec.Noop.Digest] = "no-op" };
    private readonly Dictionary<Digest, string> _roots = [], _runs = [];
    private readonly HashSet<Digest> _told = [];

    /// <summary>A batch that a script gave a name.</summary>
    public void Name(Batch batch, string name) => _batches.Add(batch.Digest, name);

    /// <summary>The name of a message's type in docs/spec/wire.md.</summary>
    public static string KindOf(PeerMessage message) => message switch
    {
        StopData => "STOPDATA",
        FetchSync => "FETCH-SYNC",
        FetchBatch => "FETCH-BATCH",
        BatchBody => "BATCH-BODY",
        FetchDecided => "FETCH-DECIDED",
        FetchCheckpoint => "FETCH-CHECKPOINT",
        CheckpointOffer => "CHECKPOINT-OFFER",
        FetchPiece => "FETCH-PIECE",
        RelayRead => "RELAY-READ",
        VouchRead => "VOUCH-READ",
        _ => message.GetType().Name.ToUpperInvariant(),
    };

    public static string Of(Request request) => $"{request.Session.Client}/{request.Sequence}";

    public string Of(PeerMessage message) => $"{KindOf(message)}({string.Join(", ", Fields(message))})";

    public string Of(LogRecord record) => record switch
    {
        RegencyWanted r => $"RegencyWanted({r.Regency})",
        RegencyInstalled r => $"RegencyInstalled({r.Regency})",
        RegencySynchronized r => $"RegencySynchronized({r.Sync.Regency})",
        WriteVoted r => $"WriteVoted({r.Instance}, {Of(r.Vote)}{(r.Batch is null ? "" : ", with the batch")})",
        QuorumWritten r => $"QuorumWritten({r.Instance}, {Of(r.Vote)})",
        ValueDecided r =>
            $"ValueDecided({r.Instance}, {Of(r.Value)}{(r.Batch is null ? "" : ", with the batch")})",
        CheckpointStable r => $"CheckpointStable({Of(r.Certificate)})",
        SilentUpTo r => $"SilentUpTo({r.Instance}, {r.Regency})",
        _ => throw new ArgumentException($"A transcript has no words for the record {record.GetType().Name}."),
    };

    /// <summary>What a replica does, as a line below what came; null for what says nothing to a reader.</summary>
    public string? Of(Effect effect) => effect switch
    {
        SendEffect e => $"sends {Of(e.Message)} to {e.To}",
        BroadcastEffect e => $"sends {Of(e.Message)} to all",
        ReplyEffect e => $"answers {e.Client}/{e.Reply.Sequence}: {Of(e.Reply)}",
        PersistEffect e => $"logs {(e.Flush ? "and flushes " : "")}{Of(e.Record)}",
        ExecuteEffect e => $"executes {e.Instance}: {Of(e.Commands)}",
        TakeCheckpointEffect e => $"takes a checkpoint of {e.Instance}",
        ArchiveEffect e => $"archives {e.Batches.Count} instances from {e.First} on",
        ForgetArchiveEffect e => $"forgets archived instances up to {e.UpTo}",
        SendArchivedEffect e => $"answers {e.To} from the archive, from {e.Asked.From} on",
        RewriteLogEffect e => $"writes the log above {e.Stable} again",
        TruncateEffect e => $"removes the log and checkpoints before {e.Stable}",
        BeginFetchEffect e => $"begins to fetch the checkpoint of {e.Certificate.Instance}: {Of(e.Manifest)}",
        StorePieceEffect e => $"stores chunk {e.Index} of the run {OfRun(e.Run.Root)}",
        InstallStateEffect e => $"loads the checkpoint of {e.Certificate.Instance}",
        RejectEffect e => $"rejects it: {e.Reason}",
        SendPieceEffect => null, // the PIECE follows
        _ => throw new ArgumentException($"A transcript has no words for the effect {effect.GetType().Name}."),
    };

    public static string Of(ReplicaStatus status) =>
        $"regency {status.Regency} {(status.Synchronized ? "open" : "closed")}, leader {status.Leader}, "
        + $"executed {status.LastExecuted}, stable {status.StableCheckpoint}, pending {status.PendingRequests}"
        + (status.CatchingUp ? ", catching up" : "");

    /// <summary>The batch's name; with its requests where it is mentioned first.</summary>
    public string Of(Batch batch) =>
        _told.Add(batch.Digest) ? $"{Of(batch.Digest)} = {Of(batch.Requests)}" : Of(batch.Digest);

    private string Of(Digest value)
    {
        if (_batches.TryGetValue(value, out string? name)) return name;
        int letter = 0;
        do
        {
            name = NameAt(letter++);
        }
        while (_batches.ContainsValue(name));
        _batches.Add(value, name);
        return name;
    }

    /// <summary>A to Z, then A1 to Z1, and so on.</summary>
    private static string NameAt(int letter) =>
        $"{(char)('A' + letter % 26)}{(letter < 26 ? "" : $"{letter / 26}")}";

    private string OfRoot(Digest root) => NameOf(root, _roots, 'x');

    private string OfRun(Digest root) => NameOf(root, _runs, 'y');

    private static string NameOf(Digest root, Dictionary<Digest, string> names, char letter)
    {
        if (names.TryGetValue(root, out string? name)) return name;
        return names[root] = $"{letter}{names.Count + 1}";
    }

    private string Of(Manifest manifest) =>
        $"runs {string.Join('+', manifest.Runs.Select(run => OfRun(run.Root)))} of {manifest.Bytes} bytes";

    private string Of(Vote vote) => $"{vote.Regency}:{Of(vote.Value)}";

    private string Of(CheckpointCertificate certificate) => certificate.Instance == Instance.Zero
        ? $"{certificate.Instance}"
        : $"{certificate.Instance} {OfRoot(certificate.Root)} by "
        + string.Join('+', certificate.Signatures.Select(static s => s.Sender));

    private string Of(InstanceEvidence evidence) =>
        $"{evidence.Instance} {(evidence.Written is { } written ? $"quorum {Of(written)}" : "no quorum")} "
        + $"wrote {string.Join('+', evidence.WriteSet.Select(Of))}";

    private static string Of(IReadOnlyList<Request> requests) => $"[{string.Join(' ', requests.Select(Of))}]";

    private static string Of(Reply reply) => (reply.Status, reply.IsDigest) switch
    {
        (ReplyStatus.Ok, false) => $"\"{Encoding.UTF8.GetString(reply.Result.Span)}\"",
        (ReplyStatus.Ok, true) => "digest",
        _ => reply.Status.ToString(),
    };

    private string[] Fields(PeerMessage message) => message switch
    {
        Propose m => [$"{m.Regency}", $"{m.Instance}", Of(m.Batch)],
        Write m => [$"{m.Regency}", $"{m.Instance}", Of(m.Value)],
        Accept m => [$"{m.Regency}", $"{m.Instance}", Of(m.Value)],
        Refuse m => [$"{m.Regency}", $"{m.Instance}", Of(m.Value), .. m.Clients.Select(static c => $"{c}")],
        Vouch m => [$"{m.Instance}", $"{m.Macs.Length / Request.MacBytes} replies"],
        Forward m => [Of(m.Request)],
        Stop m => [$"{m.Next}"],
        StopData m =>
        [
            $"{m.Regency}", $"{m.Sender}", $"executed {m.LastExecuted}", $"stable {Of(m.Stable)}",
            .. m.Evidence.Select(Of),
        ],
        Sync m => [$"{m.Regency}", $"STOPDATA of {string.Join('+', m.Collected.Select(static s => s.Sender))}"],
        Checkpoint m => [$"{m.Instance}", OfRoot(m.Root)],
        Status m =>
        [
            $"{m.Regency} {(m.Synchronized ? "open" : "closed")}", $"executed {m.LastExecuted}", $"stable {m.Stable}",
        ],
        FetchSync m => [$"{m.Regency}"],
        FetchBatch m => [$"{m.Instance}", Of(m.Value)],
        BatchBody m => [$"{m.Instance}", Of(m.Batch)],
        FetchDecided m => [$"from {m.From}", m.WithBodies ? "with batches" : "values alone"],
        Decided m =>
        [
            $"from {m.From}", string.Join(' ', m.Values.Select(Of)),
            m.Bodies.Count == 0 ? "no batches" : "with batches",
        ],
        FetchCheckpoint m => [$"above {m.Above}"],
        CheckpointOffer m => [Of(m.Certificate), $"{Of(m.Manifest)}{(m.IsInstead ? ", instead" : "")}"],
        FetchPiece m => [OfRun(m.Run), $"{m.Index}"],
        Piece m => [OfRun(m.Run), $"{m.Index}", $"{m.Bytes.Length} bytes"],
        _ => throw new ArgumentException($"A transcript has no words for the message {message.GetType().Name}."),
    };
}
