using BftCloud.Processes;

namespace BftCloud.Bench;

/// <summary>
/// Notes what has been counted so far, again and again. It keeps so many notes at most: then every second one is
/// dropped, and from then on every second one is not taken.
/// </summary>
internal sealed class BenchRecorder(int replicas)
{
    /// <summary>Pieces of time in a report.</summary>
    public const int PiecesMax = 400;

    private readonly List<Note> _notes = [];
    private int _every = 1, _seen;

    /// <summary>What is so now.</summary>
    /// <param name="seconds">Since the measurement began.</param>
    /// <param name="operations">Completed since then.</param>
    /// <param name="usages">What each replica has used.</param>
    public void Add(double seconds, long operations, IReadOnlyList<ProcessUsage?> usages)
    {
        if (_seen++ % _every != 0) return;
        if (_notes.Count > PiecesMax)
        {
            List<Note> kept = [.. _notes.Where(static (_, i) => i % 2 == 0)];
            _notes.Clear();
            _notes.AddRange(kept);
            _every *= 2;
            if ((_seen - 1) % _every != 0) return;
        }
        _notes.Add(new Note(seconds, operations, usages));
    }

    /// <summary>All pieces of time, each between two notes.</summary>
    public BenchTimeline Timeline()
    {
        Note[] notes = [.. _notes];
        // A last piece of a few milliseconds would show the steps of the clocks rather than the load.
        if (notes.Length > 2 && notes[^1].Seconds - notes[^2].Seconds < (notes[^2].Seconds - notes[^3].Seconds) / 2)
            notes = [.. notes[..^2], notes[^1]];
        (Note From, Note To)[] pieces =
        [
            .. notes.Zip(notes.Skip(1)).Where(static piece => piece.Second.Seconds > piece.First.Seconds)
        ];
        return new BenchTimeline(
            [.. pieces.Select(static piece => Math.Round(piece.To.Seconds, 3))],
            [.. pieces.Select(
                static piece => Math.Round((piece.To.Operations - piece.From.Operations) / Length(piece), 1))],
            [.. Enumerable.Range(0, replicas).Select(id => new BenchReplicaTimeline(
                id, [.. pieces.Select(piece => CpuPercent(piece, id))],
                [.. pieces.Select(piece => RssMiB(piece.To.Usages[id]))]))]);
    }

    private static double Length((Note From, Note To) piece) => piece.To.Seconds - piece.From.Seconds;

    private static double? CpuPercent((Note From, Note To) piece, int id) =>
        piece.From.Usages[id] is { } from && piece.To.Usages[id] is { } to
            ? Math.Round(100 * (to.CpuSeconds - from.CpuSeconds) / Length(piece), 1)
            : null;

    private static double? RssMiB(ProcessUsage? usage) =>
        usage is { } used ? Math.Round(used.ResidentBytes / (1024.0 * 1024), 1) : null;

    private sealed record Note(double Seconds, long Operations, IReadOnlyList<ProcessUsage?> Usages);
}
