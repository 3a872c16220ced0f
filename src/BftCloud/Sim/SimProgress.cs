using System.Diagnostics;
using System.Globalization;
using BftCloud.Simulation;
using BftSmr.Simulation;
using Spectre.Console;

namespace BftCloud.Sim;

/// <summary>
/// Shows on a terminal how a campaign goes while it does: seeds, speed, what has been survived so far, what was broken.
/// Elsewhere stderr gets a line now and then.
/// </summary>
internal static class SimProgress
{
    private const int FaultsShown = 12;
    private const long LineEveryMs = 30_000;

    public static CampaignReport Watch(ulong seeds, int minutes, Func<Action<SimulationReport>?, CampaignReport> run)
    {
        State state = new(seeds, minutes);
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            return run(report =>
            {
                if (state.Add(report, LineEveryMs)) Console.Error.WriteLine(state.Line());
            });
        }
        return AnsiConsole.Live(state.Show()).AutoClear(true).Start(context => run(report =>
        {
            if (state.Add(report, everyMs: 200)) context.UpdateTarget(state.Show());
        }));
    }

    private sealed class State(ulong seeds, int minutes)
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Dictionary<string, long> _faults = new(StringComparer.Ordinal);
        private readonly List<Violation> _violations = [];
        private long _done, _operations, _virtualMicros, _shownAt = -LineEveryMs;

        /// <summary>True if it is time to show something new, as nothing was for so long.</summary>
        public bool Add(SimulationReport report, long everyMs)
        {
            _done++;
            _operations += report.Acknowledged;
            _virtualMicros += report.VirtualMicros;
            foreach ((string kind, long count) in report.Faults)
                _faults[kind] = _faults.GetValueOrDefault(kind) + count;
            if (report.Violation is { } violation) _violations.Add(violation);
            if (_watch.ElapsedMilliseconds - _shownAt < everyMs) return false;
            _shownAt = _watch.ElapsedMilliseconds;
            return true;
        }

        public string Line() => string.Create(CultureInfo.InvariantCulture,
            $"{_watch.Elapsed.TotalSeconds:F0} s: {_done:N0} seeds, {_faults.Values.Sum():N0} faults, "
            + $"{_violations.Count} violations");

        public Rows Show()
        {
            double seconds = Math.Max(0.001, _watch.Elapsed.TotalSeconds);
            double share = minutes > 0 ? _watch.Elapsed / TimeSpan.FromMinutes(minutes) : _done / (double)seeds;
            int filled = (int)(40 * Math.Clamp(share, 0, 1));
            string bar = $"[green]{new string('━', filled)}[/][grey]{new string('━', 40 - filled)}[/]";
            Grid figures = new Grid().AddColumn().AddColumn().AddColumn().AddColumn();
            figures.AddRow(
                "[grey]seeds[/]", Number(_done), "[grey]a second[/]",
                (_done / seconds).ToString("F1", CultureInfo.InvariantCulture));
            figures.AddRow(
                "[grey]operations[/]", Number(_operations), "[grey]virtual time[/]",
                TimeSpan.FromMicroseconds(_virtualMicros).ToString(@"d\d\ hh\:mm\:ss", CultureInfo.InvariantCulture));
            figures.AddRow(
                "[grey]faults[/]", Number(_faults.Values.Sum()), "[grey]violations[/]",
                _violations.Count == 0 ? "[green]none[/]" : $"[red]{_violations.Count}[/]");
            Table faults = new Table().Border(TableBorder.None).HideHeaders();
            faults.AddColumn(new TableColumn("").RightAligned()).AddColumn("");
            foreach ((string kind, long count) in _faults.OrderByDescending(static f => f.Value).Take(FaultsShown))
                faults.AddRow($"[grey]{Number(count)}[/]", Markup.Escape(kind));
            List<Spectre.Console.Rendering.IRenderable> rows = [new Markup(bar), figures, faults];
            foreach (Violation violation in _violations.TakeLast(5))
                rows.Add(new Markup($"[red]{Markup.Escape(Short(violation.ToString()))}[/]"));
            return new Rows(rows);
        }

        private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

        private static string Short(string text) => text.Length > 150 ? text[..150] + "…" : text;
    }
}
