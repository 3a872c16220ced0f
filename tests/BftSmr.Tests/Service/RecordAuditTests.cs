using BftCloud.Primitives;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Service;

/// <summary>Random runs, merged and added to between the parts, against the records that they leave.</summary>
public sealed class RecordAuditTests
{
    private const int Seeds = 1500, ChunkBytes = 32;
    private const long PartBytes = 60;

    private readonly SortedDictionary<string, string> _state = new(StringComparer.Ordinal);
    private readonly List<List<Change>> _runs = [];
    private readonly Dictionary<Digest, MemoryRun> _opened = [];
    private readonly List<string> _asked = [];
    private RecordAudit _audit = new(PartBytes);

    [Fact]
    public void All_records_of_the_service_are_looked_up_once_in_a_round_and_none_of_the_replicas_own()
    {
        ForSeeds(random =>
        {
            Assert.Null(Round());
            Assert.Equal(_state.Keys.Where(static key => key[0] == '\u0001'), _asked);
        });
    }

    [Fact]
    public void A_right_state_is_never_found_wrong_whatever_is_put_and_merged_between_the_parts()
    {
        ForSeeds(random =>
        {
            for (int part = 0; part < 20; part++)
            {
                Assert.Null(FindWrong());
                if (random.Next(3) > 0) Add(random);
                if (random.Next(3) == 0) Merge(random);
            }
            _asked.Clear();
            while (_audit.Rounds < 2 && _asked.Count < 10_000) Assert.Null(FindWrong());
            Assert.True(_audit.Rounds >= 2, "The audit goes round.");
        });
    }

    [Fact]
    public void A_record_that_the_state_lacks_or_has_otherwise_is_found_within_a_round()
    {
        ForSeeds(random =>
        {
            string[] keys = [.. _state.Keys.Where(static key => key[0] == '\u0001')];
            if (keys.Length == 0) return;
            for (int part = random.Next(6); part > 0; part--) Assert.Null(FindWrong());
            string wrong = keys[random.Next(keys.Length)];
            if (random.Next(2) == 0) _state.Remove(wrong);
            else _state[wrong] += "!";
            string? found = null;
            long rounds = _audit.Rounds;
            while (found is null && _audit.Rounds < rounds + 2) found = FindWrong();
            Assert.Equal(wrong, found);
        });
    }

    [Fact]
    public void A_run_that_cannot_be_read_now_is_looked_at_another_time()
    {
        Add(new Random(1));
        Manifest manifest = Manifest();
        using FrozenState state = new(new ChangedRecords(), new Lookup(this));
        Assert.Null(_audit.FindWrong(manifest, state, static _ => null));
        Assert.Equal(0, _audit.Rounds);
        Assert.Empty(_asked);
    }

    private void ForSeeds(Action<Random> check)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            _state.Clear();
            _runs.Clear();
            _asked.Clear();
            _audit = new RecordAudit(PartBytes);
            for (int i = random.Next(1, 6); i > 0; i--) Add(random);
            try
            {
                check(random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}.", e);
            }
            Assert.All(_opened.Values, static run => Assert.True(run.IsDisposed));
            _opened.Clear();
        }
    }

    private void Add(Random random)
    {
        List<Change> run =
        [
            .. RandomRuns.Next(random, random.Next(3), before: "\0"),
            .. RandomRuns.Next(random, random.Next(1, 20), before: "\u0001"),
        ];
        _runs.Add(run);
        Change.Apply(_state, run);
    }

    private void Merge(Random random)
    {
        if (_runs.Count < 2) return;
        int first = random.Next(_runs.Count - 1), count = random.Next(2, _runs.Count - first + 1);
        using RunMerge merge = new(
            _runs[first..(first + count)].Select(static run => new ListedChanges(run)), isBottom: first == 0);
        List<Change> merged = Change.AllOf(merge);
        _runs.RemoveRange(first, count);
        if (merged.Count > 0) _runs.Insert(first, merged);
    }

    private string? Round()
    {
        long rounds = _audit.Rounds;
        while (_audit.Rounds == rounds)
        {
            if (FindWrong() is { } wrong) return wrong;
        }
        return null;
    }

    private string? FindWrong()
    {
        Manifest manifest = Manifest();
        using FrozenState state = new(new ChangedRecords(), new Lookup(this));
        byte[]? wrong = _audit.FindWrong(manifest, state, run => Open(run.Root));
        return wrong is null ? null : Change.TextOf(wrong);
    }

    private MemoryRun Open(Digest root) => new(_opened[root].Bytes, _opened[root].Tree);

    private Manifest Manifest()
    {
        List<RunDescription> runs = [];
        foreach (List<Change> changes in _runs)
        {
            MemoryRun run = MemoryRun.Of(new ListedChanges(changes), ChunkBytes)!;
            run.Dispose();
            _opened[run.Tree.Root] = run;
            runs.Add(new RunDescription(run.Tree.Root, run.Tree.SnapshotBytes, Level: 0));
        }
        return new Manifest(1, new Instance(1), runs, []);
    }

    private sealed class Lookup(RecordAuditTests test) : IStateChanges
    {
        public bool TryRead(out StateChange change)
        {
            change = default;
            return false;
        }

        public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            string name = "\u0001" + Change.TextOf(key);
            test._asked.Add(name);
            return test._state.TryGetValue(name, out string? held) && held == Change.TextOf(value);
        }

        public void Dispose() { }
    }
}
