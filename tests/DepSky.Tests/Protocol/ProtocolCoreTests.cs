using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

public sealed class ProtocolCoreTests
{
    private const long TimeoutMicros = 500_000;
    private readonly EffectBuffer _effects = new();
    private readonly ListingCore _core = new(new CloudQuorums(4, 1));

    [Fact]
    public void A_call_is_started_answered_and_heard_of_once()
    {
        CallId[] calls = Start();
        Answer(calls[0], "a/.meta/", 10);
        Answer(calls[0], "b/.meta/", 11);
        Answer(calls[1], "a/.meta/", 12);
        Assert.False(_core.IsDone, "one cloud's two answers count as one");
        Answer(calls[2], "a/.meta/", 13);
        Assert.True(_core.IsDone);
        Assert.Equal(["abandon 4", "finished"], Effects());
        Answer(calls[3], "a/.meta/", 14);
        Assert.Empty(Effects());
        Assert.Equal(long.MaxValue, _core.NextDeadlineMicros);
    }

    [Fact]
    public void A_call_without_an_answer_has_failed_when_its_time_is_up()
    {
        CallId[] calls = Start();
        Answer(calls[0], "a/.meta/", 10);
        Assert.Equal(TimeoutMicros, _core.NextDeadlineMicros);
        Step(TickInput.Instance, TimeoutMicros - 1);
        Assert.Empty(Effects());
        Step(TickInput.Instance, TimeoutMicros);
        Assert.Equal(["abandon 2", "abandon 3", "abandon 4", "finished"], Effects());
        Assert.Equal(FailureKind.NoQuorum, _core.Failure!.Kind);
        Assert.Contains("no answer within 0.5 s", _core.Failure.Problems[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_never_goes_back()
    {
        CloudExchange exchange = new(TimeoutMicros);
        exchange.BeginStep(1_030, _effects);
        exchange.EndStep();
        exchange.BeginStep(900, _effects);
        Assert.Equal(1_030, exchange.NowMicros);
    }

    [Fact]
    public void A_call_that_is_abandoned_in_the_step_that_made_it_is_never_started()
    {
        CloudExchange exchange = new(TimeoutMicros);
        LockSearch machine =
            new(exchange, new UnitLayout("unit"), new CloudQuorums(4, 1), ExploredScene.NewReadRequest().Writer);
        exchange.BeginStep(0, _effects);
        machine.Start();
        exchange.AbandonCallsOf(machine);
        Assert.Empty(Effects());
        Assert.Equal(0, exchange.PendingCalls);
        machine.Start();
        exchange.EndStep();
        Assert.Equal(4, Effects().Length);
        exchange.BeginStep(0, _effects);
        exchange.AbandonCallsOf(machine);
        Assert.Equal(["abandon 8", "abandon 7", "abandon 6", "abandon 5"], Effects());
    }

    /// <summary>
    /// The fingerprint refuses delegates, tasks and handles. Two cores that saw the same are in the same state.
    /// </summary>
    [Fact]
    public void The_state_of_every_core_is_data_and_follows_from_its_inputs()
    {
        WriteRequest write = ExploredScene.NewRequest(attempt: 3);
        ReadRequest read = ExploredScene.NewReadRequest();
        LockRecord held = new(1, 2, 3);
        Func<ProtocolCore>[] cores =
        [
            () => new WriteCore(write, ExploredScene.NewOrder(), TimeoutMicros),
            () => new ReadCore(read, ExploredScene.NewOrder(), TimeoutMicros),
            () => new CollectCore(read.Layout, read.Quorums, read.Writer, 1_000_000, TimeoutMicros),
            () => new LockCore(read.Layout, read.Quorums, write.Writer, 4, 3_000_000, TimeoutMicros),
            () => new LockRenewalCore(read.Layout, read.Quorums, write.Writer, held, TimeoutMicros),
        ];
        Assert.Equal(
            typeof(ProtocolCore).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(ProtocolCore))), cores.Length);
        foreach (Func<ProtocolCore> create in cores)
        {
            ulong[] first = Lead(create()), second = Lead(create());
            Assert.Equal(first, second);
            Assert.NotEqual(first[0], first[^1]);
        }
    }

    /// <summary>
    /// Every call is answered by an empty cloud, one after the other, until nothing is asked any more.
    /// </summary>
    private ulong[] Lead(ProtocolCore core)
    {
        List<ulong> states = [StateFingerprint.Of(core)];
        Queue<StartCallEffect> calls = new();
        Input input = StartInput.Instance;
        while (true)
        {
            core.Step(input, 1_700_000_000_000_000, _effects);
            states.Add(StateFingerprint.Of(core));
            foreach (StartCallEffect start in _effects.Effects.OfType<StartCallEffect>()) calls.Enqueue(start);
            _effects.Clear();
            if (core.IsDone || !calls.TryDequeue(out StartCallEffect? next)) return [.. states];
            input = new AnswerInput(next.Id, next.Call is ListCall ? new Listed([]) : CloudAnswer.Done);
        }
    }

    private CallId[] Start()
    {
        Step(StartInput.Instance, 0);
        CallId[] calls = [.. _effects.Effects.Cast<StartCallEffect>().Select(start => start.Id)];
        _effects.Clear();
        Assert.Equal(4, calls.Length);
        return calls;
    }

    private void Answer(CallId call, string name, long nowMicros) =>
        Step(new AnswerInput(call, new Listed([name])), nowMicros);

    private void Step(Input input, long nowMicros) => _core.Step(input, nowMicros, _effects);

    private string[] Effects()
    {
        string[] effects = [.. _effects.Effects.Select(effect => effect switch
        {
            StartCallEffect start => $"start {start.Id.Value}",
            AbandonCallEffect abandon => $"abandon {abandon.Id.Value}",
            FinishedEffect => "finished",
            _ => effect.ToString(),
        })];
        _effects.Clear();
        return effects;
    }

    /// <summary>The smallest core: it lists.</summary>
    private sealed class ListingCore(CloudQuorums quorums) : ProtocolCore(TimeoutMicros)
    {
        protected override void OnStart() => Begin(new Listing(Exchange, quorums, "", isForAll: false));

        protected override void OnDone(SubMachine machine)
        {
            Listing listing = (Listing)machine;
            Finish(listing.Answered >= quorums.Available
                ? null
                : new ProtocolFailure(FailureKind.NoQuorum, "too few", listing.Problems));
        }
    }
}
