using System.Buffers;

namespace BftSmr;

/// <summary>The commands of one decided instance with the context all replicas agreed on.</summary>
public sealed class CommandBatch
{
    private readonly IReplySink _replies;

    internal CommandBatch(
        Instance instance, long agreedTimeMicros, ulong seed, ReadOnlyMemory<Command> commands, IReplySink replies)
    {
        Instance = instance;
        AgreedTimeMicros = agreedTimeMicros;
        Seed = seed;
        Commands = commands;
        _replies = replies;
    }

    /// <summary>The consensus instance that decided the batch.</summary>
    public Instance Instance { get; }

    /// <summary>
    /// Agreed time, microseconds since the Unix epoch; strictly larger than that of any earlier batch.
    /// </summary>
    public long AgreedTimeMicros { get; }

    /// <summary>
    /// Agreed seed for randomness that must be equal everywhere. Proposed by the leader: not secret, and not unbiased.
    /// </summary>
    public ulong Seed { get; }

    /// <summary>The commands, in the order in which they execute.</summary>
    public ReadOnlyMemory<Command> Commands { get; }

    /// <summary>
    /// Where the reply to the command at <paramref name="index"/> goes. Writers are given out in ascending order of
    /// index, each once; asking for the next one ends the one before. A command never asked for gets an empty reply.
    /// </summary>
    public IBufferWriter<byte> ReplyTo(int index) => _replies.BeginReply(index);

    /// <summary>
    /// Replaces the reply to the command at <paramref name="index"/> by a failure that the client sees as an exception
    /// with this message.
    /// </summary>
    public void Fail(int index, string message) => _replies.Fail(index, message);
}

/// <summary>One operation of one session.</summary>
/// <param name="Session">The session that issued it.</param>
/// <param name="Sequence">Its sequence number in the session, from 1.</param>
/// <param name="Rights">The rights of the session's client. <see cref="ClientRights.Write"/> is among them: no command
/// of a client without it is ordered.</param>
/// <param name="Operation">The operation's bytes, as the client sent them. Valid only during the call that received it:
/// copy what is kept.</param>
public readonly record struct Command(
    SessionId Session, ulong Sequence, ClientRights Rights, ReadOnlyMemory<byte> Operation);

internal interface IReplySink
{
    IBufferWriter<byte> BeginReply(int index);
    void Fail(int index, string message);
}
