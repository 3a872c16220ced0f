namespace BftSmr.Codec;

/// <summary>The first element of every message and log record. Numbers are never given to another meaning.</summary>
internal enum MessageType
{
    Propose = 1,
    Write = 2,
    Accept = 3,
    Refuse = 4,
    Forward = 5,
    Stop = 6,
    StopData = 7,
    Sync = 8,
    Checkpoint = 9,
    Status = 10,
    FetchSync = 11,
    FetchBatch = 12,
    BatchBody = 13,
    FetchDecided = 14,
    Decided = 15,
    FetchCheckpoint = 16,
    CheckpointOffer = 17,
    FetchChunk = 18,
    Chunk = 19,
    Vouch = 20,
    RelayRead = 21,
    VouchRead = 22,

    Attach = 32,
    Submit = 33,
    Read = 34,
    Reply = 35,
    ReadReply = 36,
    VouchedReply = 37,
    VouchedReadReply = 38,

    RegencyInstalled = 64,
    RegencySynchronized = 65,
    WriteVoted = 66,
    QuorumWritten = 67,
    ValueDecided = 68,
    CheckpointStable = 69,
    SilentUpTo = 70,
}
