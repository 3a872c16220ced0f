using System.Runtime.CompilerServices;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Names the units that clouds have, one after the other, from listings of all clouds that are read side by side:
/// memory does not grow with the number of units. At each unit n-f clouds have said whether they have it, so no unit
/// that is complete is left out; a cloud that is slower is not waited for. Names only: nothing of it is verified.
/// </summary>
internal sealed class UnitMerge(ClientContext context, string prefix)
{
    /// <summary>
    /// What no other cloud names, without a writer, is not followed for ever: no cloud keeps a reader busy with names
    /// that it makes up.
    /// </summary>
    private const int MadeUpMax = 100_000;

    private readonly List<CloudProblem> _problems = [];
    private readonly int[] _madeUp = new int[context.Quorums.Clouds];

    /// <summary>The units, in the order of their places.</summary>
    public async IAsyncEnumerable<FoundUnit> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Reader> readers = [.. Enumerable.Range(0, context.Quorums.Clouds).Select(
            cloud => new Reader(cloud, new CloudUnits(
                context.Options.Clouds[cloud], UnitLayout.PrefixOf(prefix), context.Options.CallTimeout,
                context.Options.TimeProvider, end.Token)))];
        try
        {
            string last = "";
            while (true)
            {
                Reader[] ready = await ReadyAsync(readers, last, cancellationToken).ConfigureAwait(false);
                if (ready.Select(static reader => reader.Units.Place).Min(StringComparer.Ordinal) is not { } place)
                    yield break;
                Dictionary<int, IReadOnlyList<string>> names = ready.ToDictionary(
                    static reader => reader.Cloud, reader => reader.Units.Place == place ? reader.Units.Names : []);
                last = place;
                if (UnitLayout.TryReadPlace(place, out UnitLayout? layout)
                    && layout.Unit.StartsWith(prefix, StringComparison.Ordinal)
                    && names.Values.Any(static listed => listed.Any(UnitLayout.IsMetadata)))
                    yield return new FoundUnit(layout, names);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            foreach (Reader reader in readers) await reader.EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A unit that was named has no metadata of ours.</summary>
    public void NoteMadeUp(FoundUnit unit)
    {
        int[] naming = [.. unit.Names.Where(static named => named.Value.Count > 0).Select(static named => named.Key)];
        if (naming.Length == 1) Interlocked.Increment(ref _madeUp[naming[0]]);
    }

    /// <summary>
    /// Those clouds that have read past the last unit, or to their end: n-f at least. Those that are slower go on.
    /// </summary>
    private async Task<Reader[]> ReadyAsync(
        List<Reader> readers, string last, CancellationToken cancellationToken)
    {
        while (true)
        {
            List<Task> waiting = [];
            int ready = 0;
            foreach (Reader reader in readers)
            {
                if (reader.HasFailed) continue;
                if (Volatile.Read(ref _madeUp[reader.Cloud]) > MadeUpMax)
                    Fail(
                        reader, CloudFailure.Broken,
                        $"names more than {MadeUpMax} units without metadata of the writer");
                else if (!reader.Reading.IsCompleted) waiting.Add(reader.Reading);
                else if (reader.Reading.Exception?.InnerException is { } e) Fail(reader, e);
                else if (reader.Reading.IsCanceled) Fail(reader, CloudFailure.Unavailable, "gave up listing");
                else if (reader.Units.Place is { } place && string.CompareOrdinal(place, last) <= 0)
                {
                    reader.Advance();
                    waiting.Add(reader.Reading);
                }
                else ready++;
            }
            cancellationToken.ThrowIfCancellationRequested();
            int failed = readers.Count(static reader => reader.HasFailed);
            if (failed > context.Quorums.Clouds - context.Quorums.Available)
            {
                throw context.Error(new ProtocolFailure(
                    FailureKind.NoQuorum, $"{failed} of {readers.Count} clouds cannot say what they have", _problems));
            }
            if (ready >= context.Quorums.Available)
                return [.. readers.Where(reader => reader.IsPast(last))];
            await Task.WhenAny(waiting).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Fail(Reader reader, Exception exception)
    {
        Failed failed = CloudCaller.ToAnswer(exception);
        Fail(reader, failed.Kind, failed.Reason);
    }

    private void Fail(Reader reader, CloudFailure kind, string what)
    {
        reader.HasFailed = true;
        _problems.Add(new CloudProblem(reader.Cloud, kind, what));
        context.Log.NoteProblem(reader.Cloud, kind, what);
    }

    private sealed class Reader(int cloud, CloudUnits units)
    {
        public int Cloud { get; } = cloud;

        public CloudUnits Units { get; } = units;

        public Task Reading { get; private set; } = units.ReadAsync();

        public bool HasFailed { get; set; }

        public void Advance() => Reading = Units.ReadAsync();

        public bool IsPast(string last) => !HasFailed && Reading.IsCompletedSuccessfully
            && (Units.Place is null || string.CompareOrdinal(Units.Place, last) > 0);

        /// <summary>A cloud that does not even give up is not waited for.</summary>
        public async Task EndAsync()
        {
            await Task.WhenAny(Reading, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            if (!Reading.IsCompleted) return;
            _ = Reading.Exception;
            try
            {
                await Units.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is CloudException or OperationCanceledException or NotSupportedException)
            {
                // It is done with.
            }
        }
    }
}
