using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// The state of one connection: its user, its protocol, its queued commands, its watched keys, and the batch that its
/// commands go to. No I/O: <see cref="RespConnection"/> carries the batches to the store.
/// </summary>
internal sealed class RespSession
{
    private RespBatch _target; // of the command that is being handled

    public RespSession(RespGateway gateway, RespClient client)
    {
        (Gateway, Client) = (gateway, client);
        IsAuthenticated = !gateway.AsksForPassword;
        _target = Batch;
    }

    public RespGateway Gateway { get; }

    /// <summary>The connection as others see it.</summary>
    public RespClient Client { get; }

    /// <summary>The connection's number, as CLIENT ID tells it.</summary>
    public long Id => Client.Id;

    /// <summary>As CLIENT SETNAME has it.</summary>
    public byte[] Name { get => Client.Name; set => Client.Name = value; }

    /// <summary>2 or 3.</summary>
    public int Version { get => Client.Version; set => Client.Version = value; }

    /// <summary>Which replies the client wants.</summary>
    public ReplyMode Replies { get; private set; }

    public bool IsAuthenticated { get; set; }

    /// <summary>Commands that wait to be executed.</summary>
    public RespBatch Batch { get; } = new();

    /// <summary>Commands that MULTI queues, and keys watched.</summary>
    public RespTransaction Transaction { get; } = new();

    /// <summary>
    /// What is to be done, on its own, once the batch has been executed. No further command is looked at before.
    /// </summary>
    public Func<RespConnection, ValueTask>? Next { get; set; }

    /// <summary>The client does not want the reply to the command taken last.</summary>
    public bool IsSilent => Batch.IsSilent;

    /// <summary>The connection is closed once the batch has been answered.</summary>
    public bool Closes { get; set; }

    /// <summary>The connection is closed once the batch has executed; its replies are not sent.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>It said what only clients of web servers say.</summary>
    public bool SpeaksHttp { get; private set; }

    /// <summary>A handler may not set <see cref="Next"/>, as its command is only queued.</summary>
    public bool IsQueueing => _target == Transaction.Queued;

    /// <summary>Adds a command to the batch.</summary>
    public void Take(RespArguments arguments)
    {
        if (arguments.Count == 0) return;
        BeginCommand();
        if (IsOfHttp(arguments[0])) AbortAsHttp();
        else if (!TryFind(arguments, out RespCommand? command, out string error)) Refuse(error);
        else if (!command!.Takes(arguments.Count)) Refuse(command, RespErrors.WrongArguments(command.Name));
        else if (!IsAuthenticated && !command.BeforePassword) Refuse(command, RespErrors.NoAuth);
        else if (Transaction.IsQueueing && command.NeverInTransaction) Refuse(RespErrors.NotInTransaction);
        else if (!Transaction.IsQueueing || command.NeverQueued) command.Handler(this, command, arguments);
        else if (command.StandsAlone) Refuse(RespErrors.NeverQueued);
        else Queue(command, arguments);
        NoteQueued();
    }

    /// <summary>Answers what is no command, or too long for one.</summary>
    public void Reject(string error)
    {
        BeginCommand();
        Refuse(error);
    }

    /// <summary>Does what CLIENT REPLY says. Another command that was told to keep silent keeps so.</summary>
    public void SetReplies(ReplyMode mode)
    {
        // A client that wants no replies at all wants no more of the next.
        if (mode == ReplyMode.SkipNext && Replies == ReplyMode.Off) return;
        Replies = mode;
        if (mode == ReplyMode.On) Batch.IsSilent = false;
    }

    /// <summary>Tells others how many commands are queued now.</summary>
    public void NoteQueued() => Client.Queued = Transaction.IsQueueing ? Transaction.Queued.Pending.Count : -1;

    /// <summary>Answers a command that cannot be carried out at all.</summary>
    private void Refuse(string error)
    {
        Transaction.Abort();
        int start = Batch.Known.Length;
        Batch.Known.Error(error);
        Batch.AddKnown("", start);
    }

    /// <summary>Ends the connection without further replies.</summary>
    public void Abort() => IsAborted = Closes = true;

    /// <summary>Begins a command of the store that changes something or depends on the time.</summary>
    public ByteBuffer Write() => _target.Begin(isRead: false);

    /// <summary>Begins a command of the store that only reads.</summary>
    public ByteBuffer Read() => _target.Begin(isRead: true);

    /// <summary>Ends a command of the store, whose reply will be written in this form.</summary>
    public void Expect(RespCommand command, RespFormat format)
    {
        if (!_target.TryEnd(command.Name, format, Gateway.CommandBytesMax))
            Fail(command, RespErrors.CommandTooLong(Gateway.OperationBytesMax));
    }

    /// <summary>Carries a command out that waits; or if it is queued, does not wait at EXEC.</summary>
    /// <param name="command">The command.</param>
    /// <param name="timeoutMillis">How long it may wait; 0: as long as it takes.</param>
    /// <param name="blocking">What it waits for.</param>
    public void Block(RespCommand command, long timeoutMillis, BlockingCommand blocking)
    {
        if (IsQueueing)
        {
            blocking.WriteTake(Write(), blocking.Keys);
            Expect(command, (ref CanonicalReader reply, RespWriter output) =>
            {
                if (!reply.TryReadNil()) return blocking.Format(ref reply, output);
                blocking.NothingAtOnce(output);
                return true;
            });
            return;
        }
        if (blocking.Bytes > Gateway.CommandBytesMax)
        {
            Fail(command, RespErrors.CommandTooLong(Gateway.OperationBytesMax));
            return;
        }
        Next = connection => Gateway.Blocked.ServeAsync(blocking, timeoutMillis, this, connection);
    }

    /// <summary>
    /// Answers a command without the store: at once, or if it is queued, at EXEC. So for answers that have an effect,
    /// or depend on the version of the protocol.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="bytes">What the answer holds while it is queued, bytes.</param>
    /// <param name="answer">Writes it.</param>
    public void Answer(RespCommand command, int bytes, Action<RespWriter> answer)
    {
        if (IsQueueing)
        {
            _target.AddAnswer(command.Name, bytes, answer);
            return;
        }
        answer(BeginAnswer(out int start));
        EndAnswer(command, start);
    }

    /// <summary>
    /// Answers a command without the store, once all before it have executed. So for answers that look at other
    /// connections, or change them.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="bytes">What the answer holds while it is queued, or its length if that is more; bytes.</param>
    /// <param name="answer">Writes it.</param>
    public void AnswerInTurn(RespCommand command, int bytes, Action<RespWriter> answer)
    {
        if (IsQueueing)
        {
            _target.AddAnswer(command.Name, bytes, answer);
            return;
        }
        Next = connection =>
        {
            answer(connection.Output);
            return ValueTask.CompletedTask;
        };
    }

    /// <summary>Answers a command with an error.</summary>
    public void Fail(RespCommand command, string error)
    {
        RespWriter output = BeginAnswer(out int start);
        output.Error(error);
        EndAnswer(command, start);
    }

    /// <summary>Answers a command without the store.</summary>
    public RespWriter BeginAnswer(out int start)
    {
        RespWriter output = _target.Known;
        output.Version = Version;
        start = output.Length;
        return output;
    }

    /// <summary>Ends the answer.</summary>
    public void EndAnswer(RespCommand command, int start) => _target.AddKnown(command.Name, start);

    /// <summary>Answers a command with OK.</summary>
    public void Ok(RespCommand command)
    {
        BeginAnswer(out int start).Ok();
        EndAnswer(command, start);
    }

    /// <summary>Reads an integer argument, or answers with an error.</summary>
    public bool TryInteger(RespCommand command, ReadOnlySpan<byte> text, out long value)
    {
        if (IntegerText.TryParse(text, out value)) return true;
        Fail(command, RespErrors.NotAnInteger);
        return false;
    }

    /// <summary>Reads an integer argument within bounds, or answers with the error given.</summary>
    public bool TryInteger(
        RespCommand command, ReadOnlySpan<byte> text, long min, long max, string error, out long value)
    {
        if (IntegerText.TryParse(text, out value) && value >= min && value <= max) return true;
        Fail(command, error);
        return false;
    }

    /// <summary>Reads an integer argument within bounds, or answers with Redis' errors.</summary>
    public bool TryInteger(RespCommand command, ReadOnlySpan<byte> text, long min, long max, out long value) =>
        TryInteger(command, text, out value)
        && TryInteger(command, text, min, max, RespErrors.MustBeBetween(min, max), out value);

    /// <summary>
    /// What a browser sends when a web page makes it take this port for a web server's. The body of its request may
    /// hold commands.
    /// </summary>
    private static bool IsOfHttp(ReadOnlySpan<byte> command) =>
        Ascii.EqualsIgnoreCase(command, "post"u8) || Ascii.EqualsIgnoreCase(command, "host:"u8);

    private void AbortAsHttp()
    {
        SpeaksHttp = true;
        Abort();
    }

    private bool TryFind(RespArguments arguments, out RespCommand? command, out string error)
    {
        error = "";
        if (!Gateway.Known.TryGet(arguments[0], out command))
        {
            error = RespErrors.UnknownCommand(arguments);
        }
        else if (command!.Subcommands is { } subcommands && arguments.Count > 1)
        {
            string name = command.Name;
            if (!subcommands.TryGet(arguments[1], out command))
                error = RespErrors.UnknownSubcommand(name, arguments[1]);
        }
        Client.Command = command?.Name;
        return error.Length == 0;
    }

    private void BeginCommand()
    {
        Batch.IsSilent = Replies != ReplyMode.On;
        if (Replies == ReplyMode.SkipNext) Replies = ReplyMode.On;
    }

    /// <summary>EXEC that is refused ends the transaction too, and says so.</summary>
    private void Refuse(RespCommand command, string error)
    {
        if (command.Name != "exec")
        {
            Refuse(error);
            return;
        }
        Transaction.End();
        Refuse(RespErrors.ExecRefused(error));
    }

    private void Queue(RespCommand command, RespArguments arguments)
    {
        int start = Batch.Known.Length;
        int queued = Transaction.Queued.Pending.Count;
        _target = Transaction.Queued;
        command.Handler(this, command, arguments);
        _target = Batch;
        if (Transaction.Queued.Pending.Count != queued + 1)
            throw new InvalidOperationException($"'{command.Name}' was to be queued but has no reply.");
        if (Transaction.IsLongerThan(Gateway.OperationBytesMax))
        {
            Refuse(RespErrors.TooManyQueued(Gateway.OperationBytesMax));
            return;
        }
        Batch.Known.Simple("QUEUED"u8);
        Batch.AddKnown(command.Name, start);
    }
}
