using System.Buffers;
using System.Text;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Tests.Hosting;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.Service;

public sealed class ServiceHostTests
{
    private readonly ScriptedService _service = new();

    [Fact]
    public void Commands_between_queries_execute_as_one_batch_and_each_query_sees_what_came_before_it()
    {
        IReadOnlyList<Outcome> outcomes = Execute(
            (RequestKind.Open, ""), (RequestKind.Command, "a"), (RequestKind.Open, ""), (RequestKind.Command, "b"), (
                RequestKind.OrderedQuery, ""),
            (RequestKind.Command, "c"), (RequestKind.OrderedQuery, ""), (RequestKind.OrderedQuery, ""));

        Assert.Equal(["", "a", "", "b", "ab", "c", "abc", "abc"], outcomes.Select(TextOf));
        Assert.All(outcomes, static outcome => Assert.Equal(ReplyStatus.Ok, outcome.Status));
        Assert.Equal([2, 1], _service.BatchSizes);
    }

    [Fact]
    public void A_batch_without_commands_does_not_reach_the_service()
    {
        Assert.Empty(Execute());
        Assert.Equal(["", ""], Execute((RequestKind.Open, ""), (RequestKind.Open, "")).Select(TextOf));
        Assert.Empty(_service.BatchSizes);
    }

    [Fact]
    public void Replies_of_all_sizes_come_back_whole_and_those_beyond_the_limit_are_refused_after_the_command()
    {
        int[] sizes = [0, 1, 100, 4095, 4096, 4097, 10_000, 3, 9_999, 10_001, 0, 7, 50_000, 5];
        IReadOnlyList<Outcome> outcomes = Execute(
            [.. sizes.Select(static size => (RequestKind.Command, $"reply {size}"))]);
        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.Equal(sizes[i] > 10_000 ? ReplyStatus.ReplyTooLarge : ReplyStatus.Ok, outcomes[i].Status);
            Assert.Equal(sizes[i] > 10_000 ? 0 : sizes[i], outcomes[i].Result.Length);
            Assert.True(outcomes[i].Result.Span.IndexOfAnyExcept((byte)('a' + (i % 26))) < 0);
        }
        Assert.Equal(sizes.Length, _service.Executed);
    }

    [Fact]
    public void A_failed_command_has_its_message_whatever_was_written_and_others_keep_their_replies()
    {
        IReadOnlyList<Outcome> outcomes = Execute(
            (RequestKind.Command, "x"), (
                RequestKind.Command, "write and fail"), (RequestKind.Command, "y"),
                (RequestKind.Command, "fail before"),
            (RequestKind.Command, "fail the first"), (RequestKind.Command, "z"));
        Assert.Equal(
            [
                ReplyStatus.Failed, ReplyStatus.Failed, ReplyStatus.Ok, ReplyStatus.Failed, ReplyStatus.Ok,
                ReplyStatus.Ok,
            ],
            outcomes.Select(static o => o.Status));
        Assert.Equal(["first", "no", "y", "never", "", "z"], outcomes.Select(TextOf));
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("", "")]
    public void Failure_messages_are_UTF8(string message, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ReplyCollector.FailureBytes(message)));

    [Fact]
    public void Long_failure_messages_are_cut_between_characters()
    {
        byte[] bytes = ReplyCollector.FailureBytes(string.Concat(Enumerable.Repeat("€", 5000)));
        Assert.Equal(1023, bytes.Length); // 341 characters of three bytes
        Assert.Equal(341, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).Length);
    }

    [Fact]
    public void A_query_that_throws_is_a_failure_ordered_or_not()
    {
        Outcome ordered = Execute((RequestKind.Command, "break queries"), (RequestKind.OrderedQuery, ""))[1];
        Assert.Equal((ReplyStatus.Failed, ServiceHost.QueryFailure), (ordered.Status, TextOf(ordered)));
        ReadReply read = Answer(wantsFull: true);
        Assert.Equal(
            (ReplyStatus.Failed, ServiceHost.QueryFailure),
            (read.Status, Encoding.UTF8.GetString(read.Result.Span)));
    }

    [Fact]
    public void A_service_that_throws_stops_the_replica_with_an_error_that_says_whose_defect_it_is()
    {
        StateMachineException e = Assert.Throws<StateMachineException>(() => Execute((RequestKind.Command, "throw")));
        Assert.Contains("defect of the service", e.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(e.InnerException);
    }

    [Theory]
    [InlineData("reply twice")]
    [InlineData("reply out of range")]
    public void Writers_are_given_out_once_and_in_order(string command) =>
        Assert.IsType<InvalidOperationException>(
            Assert.Throws<StateMachineException>(
                () => Execute((RequestKind.Command, "a"), (RequestKind.Command, command))).InnerException);

    [Fact]
    public void A_read_is_answered_whole_to_who_wants_that_and_by_its_digest_otherwise()
    {
        Execute((RequestKind.Command, "0123456789012345678901234567890")); // 31 bytes: a digest would be no shorter
        Assert.Equal(
            ("0123456789012345678901234567890", false),
            (Encoding.UTF8.GetString(Answer(wantsFull: false).Result.Span), Answer(wantsFull: false).IsDigest));
        Execute((RequestKind.Command, "123"));
        ReadReply whole = Answer(wantsFull: true), digest = Answer(wantsFull: false);
        Assert.False(whole.IsDigest);
        Assert.True(digest.IsDigest);
        Assert.Equal(Blake2b.Hash(whole.Result.Span), new Digest(digest.Result.Span));
        Assert.Equal((8ul, 9ul, new Regency(3)), (whole.Nonce, whole.ReadId, whole.Regency));
        Assert.Equal(
            new QueryContext(new ClientId(0), ClientRights.Read | ClientRights.Write, 1234), _service.QueriedBy);
    }

    [Fact]
    public void A_frozen_state_loads_elsewhere_and_keeps_showing_the_moment_it_was_frozen()
    {
        RegisterService first = new(), second = new();
        ServiceHost source = new(first, 100, RightsTable.Everybody), target = new(second, 100, RightsTable.Everybody);
        source.Execute(new ExecuteEffect(new Instance(1), 1, 1, [LogHarness.Request("one"u8.ToArray())]));
        ChangedRecords own = new();
        own.Put([5], "sessions"u8.ToArray());
        using FrozenState frozen = source.Freeze(own);
        source.Execute(new ExecuteEffect(new Instance(2), 2, 2, [LogHarness.Request("two"u8.ToArray())]));

        using RunMerge state = new([frozen], isBottom: true);
        using StateLoad load = target.BeginLoad();
        while (state.MoveNext()) load.Put(state);
        StateRecord record = Assert.Single(load.Commit());

        Assert.Equal([5], record.Key.ToArray());
        Assert.Equal("sessions", Encoding.UTF8.GetString(record.Value.Span));
        Assert.Equal(RegisterService.DigestOf(["one"]), target.StateDigest());
        Assert.Equal(RegisterService.DigestOf(["one", "two"]), source.StateDigest());
    }

    [Fact]
    public void Executing_small_commands_allocates_next_to_nothing_for_each()
    {
        Request[] requests =
            [.. Enumerable.Range(0, 1000).Select(static i => LogHarness.Request("12345678"u8.ToArray(), (ulong)i + 1))];
        ServiceHost executor = new(new EchoService(), 1000, RightsTable.Everybody);
        for (int i = 0; i < 3; i++) executor.Execute(new ExecuteEffect(new Instance(1), 1, 1, requests));
        ExecuteEffect effect = new(new Instance(1), 1, 1, requests);
        long before = GC.GetAllocatedBytesForCurrentThread();
        executor.Execute(effect);
        // The outcome, and its eight bytes.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / requests.Length, 0, 40);
    }

    private IReadOnlyList<Outcome> Execute(params (RequestKind Kind, string Operation)[] requests)
    {
        _executor ??= new ServiceHost(_service, 10_000, RightsTable.Everybody);
        Request[] commands =
            [.. requests.Select(
                static (r, i) => LogHarness.Request(Encoding.UTF8.GetBytes(r.Operation), (ulong)i + 1, r.Kind))];
        ExecutedInput executed = _executor.Execute(new ExecuteEffect(new Instance(5), 777, 42, commands));
        Assert.Equal(new Instance(5), executed.Instance);
        return executed.Outcomes;
    }

    private ReadReply Answer(bool wantsFull)
    {
        _executor ??= new ServiceHost(_service, 10_000, RightsTable.Everybody);
        return _executor.Answer(
            new AnswerReadEffect(new ClientId(0), new Read(8, 9, wantsFull, default), new Regency(3), 1234));
    }

    private ServiceHost? _executor;

    private static string TextOf(Outcome outcome) => Encoding.UTF8.GetString(outcome.Result.Span);

    private sealed class EchoService : StateMachine
    {
        protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply) =>
            reply.Write(command.Operation.Span);
        protected override void Save(IBufferWriter<byte> snapshot) { }
        protected override void Load(ReadOnlySpan<byte> snapshot) { }
    }

    /// <summary>Does what its commands say.</summary>
    private sealed class ScriptedService : IStateMachine
    {
        private string _state = "";
        private bool _isBroken;

        public List<int> BatchSizes { get; } = [];
        public int Executed { get; private set; }
        public QueryContext QueriedBy { get; private set; }

        public void Execute(CommandBatch batch)
        {
            BatchSizes.Add(batch.Commands.Length);
            for (int i = 0; i < batch.Commands.Length; i++)
                Execute(batch, i, Encoding.UTF8.GetString(batch.Commands.Span[i].Operation.Span));
        }

        private void Execute(CommandBatch batch, int i, string command)
        {
            Executed++;
            switch (command)
            {
                case "throw":
                    throw new FormatException("planned");
                case "break queries":
                    _isBroken = true;
                    break;
                case "write and fail":
                    IBufferWriter<byte> writer = batch.ReplyTo(i);
                    writer.Write("half"u8);
                    batch.Fail(i, "no");
                    writer.Write("late"u8);
                    break;
                case "fail before":
                    batch.Fail(i, "never");
                    batch.ReplyTo(i).Write("lost"u8);
                    break;
                case "fail the first":
                    batch.Fail(0, "first");
                    break;
                case "reply twice":
                    batch.ReplyTo(i);
                    batch.ReplyTo(i);
                    break;
                case "reply out of range":
                    batch.ReplyTo(i + 1);
                    break;
                case var reply when reply.StartsWith("reply ", StringComparison.Ordinal):
                    int size = int.Parse(reply[6..], System.Globalization.CultureInfo.InvariantCulture);
                    batch.ReplyTo(i).Write([.. Enumerable.Repeat((byte)('a' + (i % 26)), size)]);
                    break;
                default:
                    _state += command;
                    batch.ReplyTo(i).Write(Encoding.UTF8.GetBytes(command));
                    break;
            }
        }

        public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
        {
            QueriedBy = context;
            reply.Write(Encoding.UTF8.GetBytes(_state));
            if (_isBroken) throw new InvalidOperationException("broken");
        }

        public Digest StateDigest() => default;
        public IStateChanges Freeze() => throw new NotSupportedException();
        public IStateLoader BeginLoad() => throw new NotSupportedException();
    }
}
