using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.Ordering;

/// <summary>
/// How order comes about: the contract between a replica and the protocol that decides what each instance holds.
/// Requests, sessions, execution, replies, reads, checkpoints and catching up know an ordering only through it. An
/// ordering is deterministic and does no I/O: it emits effects through the <see cref="ReplicaContext"/> that it was
/// made with, and writes what it decides into the <see cref="DecidedLog"/>.
/// The replica's promises: <see cref="Recover"/> for each record of the log, then <see cref="Start"/>, then anything
/// else; calls come from one thread, each within a step.
/// </summary>
internal interface IOrdering
{
    /// <summary>The epoch in which this replica votes. It never goes back.</summary>
    Regency Regency { get; }

    /// <summary>The regency's leader may propose: it is not being changed.</summary>
    bool IsOpen { get; }

    /// <summary>The leader of <see cref="Regency"/>: requests go to it.</summary>
    ReplicaId Leader { get; }

    /// <summary>This replica leads an open regency.</summary>
    bool IsLeading { get; }

    /// <summary>An unordered read that arrives now is answered once everything up to here is executed.</summary>
    Instance ReadBarrier { get; }

    /// <summary>
    /// Whether this replica's reply share of a read counts: it remembers all that it took part in deciding.
    /// </summary>
    bool AnswersReads { get; }

    /// <summary>
    /// Whether <see cref="Propose"/> may be called: this replica leads, and has room for another instance.
    /// </summary>
    bool MayPropose { get; }

    /// <summary>An empty batch would help: some replica waits for the log to grow.</summary>
    bool WantsFiller { get; }

    /// <summary>Nothing is under way.</summary>
    bool IsIdle { get; }

    /// <summary>The last instance that this replica proposed in this regency.</summary>
    Instance LastProposed { get; }

    /// <summary>When <see cref="CheckDeadline"/> is due, monotonic microseconds.</summary>
    long NextDeadlineMicros { get; }

    /// <summary>Where the ordering stands, for people, metrics and checkers.</summary>
    OrderingStatus Status { get; }

    /// <summary>A record of the log, oldest first; it may be another part's.</summary>
    void Recover(LogRecord record);

    /// <summary>Recovery is over.</summary>
    /// <param name="votesForgotten">Votes that this replica sent may be missing from the log.</param>
    void Start(bool votesForgotten);

    /// <summary>
    /// Whether a peer's message would be used if its signatures were right. If not, they are not checked, and
    /// <see cref="TryHandle"/> takes nothing from it.
    /// </summary>
    bool Uses(PeerMessage message) => true;

    /// <summary>Handles a peer's message; false if it is none of the ordering's.</summary>
    bool TryHandle(ReplicaId from, PeerMessage message);

    /// <summary>The link to a peer came up or went down.</summary>
    void OnLink(ReplicaId peer, bool isUp);

    /// <summary>A peer said where it stands.</summary>
    void OnStatus(ReplicaId from, Status status);

    /// <summary>A peer has executed nothing for a status period.</summary>
    void OnPeerStopped(ReplicaId peer, Instance executed);

    /// <summary>As the leader: puts a batch to the vote as the next instance.</summary>
    void Propose(Batch batch);

    /// <summary>Time has passed; something may be due.</summary>
    void CheckDeadline();

    /// <summary>A status period begins; <see cref="Describe"/> follows.</summary>
    /// <param name="isLate">This replica got to it so late that it is no judge of the leader's speed.</param>
    void BeginPeriod(bool isLate);

    /// <summary>Adds to a STATUS what the ordering tells the others.</summary>
    Status Describe(Status status);

    /// <summary>The status was sent: suspects, retransmits, and does all else that is due once per period.</summary>
    /// <param name="isStalled">Nothing was executed here since the period before.</param>
    void EndPeriod(bool isStalled);

    /// <summary>
    /// Once after a regency was opened: the batches that lost their vote, whose requests wait again; null if none was
    /// opened since.
    /// </summary>
    IReadOnlyList<Batch>? TakeDropped();

    /// <summary>An instance was executed.</summary>
    void OnExecuted(DecidedInstance instance);

    /// <summary>The records, but for those of instances, that a new segment of the log must begin with.</summary>
    IEnumerable<LogRecord> CarryOver();
}
