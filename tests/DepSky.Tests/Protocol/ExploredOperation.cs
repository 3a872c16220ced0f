using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

/// <summary>What may happen next: a call is carried out and answered.</summary>
internal readonly record struct Choice(CallId Call, Deviation Deviation);

/// <summary>
/// Hosts a core that is explored: time stands still, and the explorer chooses which call is carried out next. A call
/// that is never chosen is one whose cloud never answers.
/// </summary>
internal sealed class ExploredOperation
{
    private const long NowMicros = 1_700_000_000_000_000;

    private readonly ProtocolCore _core;
    private readonly ExploredClouds _clouds;
    private readonly EffectBuffer _effects = new();
    private readonly SortedDictionary<CallId, CloudCall> _calls = [];

    public ExploredOperation(ProtocolCore core, ExploredClouds clouds)
    {
        (_core, _clouds) = (core, clouds);
        Give(StartInput.Instance);
    }

    /// <summary>Blocks that are to be stored, or were fetched intact.</summary>
    public SortedDictionary<(int Segment, int Cloud), byte[]> Blocks { get; } = [];

    /// <summary>Segments whose memory was given back, or that were handed over.</summary>
    public List<(int Segment, ushort Blocks)> Segments { get; } = [];

    public VersionId? Number { get; private set; }

    public bool IsOver { get; private set; }

    public IEnumerable<Choice> Choices =>
        IsOver ? [] : _calls.SelectMany(call => Deviations(call.Value.Cloud), (call, d) => new Choice(call.Key, d));

    public void Give(Input input)
    {
        _core.Step(input, NowMicros, _effects);
        Effect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (Effect effect in effects) CarryOut(effect);
    }

    public void Take(Choice choice)
    {
        Assert.True(_calls.Remove(choice.Call, out CloudCall? call), "only a call that is under way is answered");
        byte[]? content = call switch
        {
            PutCall put => put.Content.ToArray(),
            PutBlockCall put => Blocks[(put.Segment, put.Cloud)],
            _ => null,
        };
        CloudAnswer answer = _clouds.Answer(call, content, choice.Deviation, out byte[]? block);
        if (call is GetBlockCall get && answer is Done) Blocks[(get.Segment, get.Cloud)] = block!;
        Give(new AnswerInput(choice.Call, answer));
    }

    /// <summary>Runs to the end with honest clouds only, the calls in the order in which they were made.</summary>
    public void Finish()
    {
        while (!IsOver) Take(Choices.First(c => c.Deviation == Deviation.None));
    }

    private Deviation[] Deviations(int cloud) =>
        _clouds.MayDeviate(cloud) ? Enum.GetValues<Deviation>() : [Deviation.None];

    private void CarryOut(Effect effect)
    {
        Assert.False(IsOver, $"nothing comes after the end, but {effect} did");
        switch (effect)
        {
            case StartCallEffect start:
                _calls.Add(start.Id, start.Call);
                break;
            case AbandonCallEffect abandon:
                Assert.True(_calls.Remove(abandon.Id), "only a call that is under way is abandoned");
                break;
            case NumberedEffect numbered:
                Assert.Null(Number);
                Number = numbered.Id;
                break;
            case SegmentStoredEffect stored:
                Assert.DoesNotContain(Segments, s => s.Segment == stored.Segment);
                Segments.Add((stored.Segment, stored.Digests.Holders));
                break;
            case SegmentFetchedEffect fetched:
                Segments.Add((fetched.Segment, fetched.Blocks));
                Give(SegmentTakenInput.Instance);
                break;
            case FinishedEffect finished:
                Assert.Equal(_core.Failure, finished.Failure);
                IsOver = true;
                break;
        }
    }
}
