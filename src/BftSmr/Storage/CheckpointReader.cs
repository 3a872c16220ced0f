using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using static BftSmr.StorageException;

namespace BftSmr.Storage;

/// <summary>Reads a whole checkpoint: first to check it, then to give its state to a service. Counts what it reads.
/// </summary>
internal sealed class CheckpointReader(string directory, RunStore runs, DamagedRuns damagedRuns)
{
    /// <summary>Hears what is read.</summary>
    public ReadProgress Progress { get; set; } = new();

    /// <summary>Bytes that are read of a checkpoint that is whole: each of its runs is checked, and then loaded.
    /// </summary>
    public static long BytesToRead(Manifest manifest) =>
        manifest.Bytes + manifest.Runs.DistinctBy(static run => run.Root).Sum(static run => run.Bytes);

    /// <summary>Reads all its runs; those that are damaged are set aside, and told.</summary>
    public bool IsWhole(Manifest manifest, CancellationToken cancellationToken)
    {
        bool isWhole = true;
        foreach (RunDescription description in manifest.Runs.DistinctBy(static run => run.Root))
        {
            using RunFile? run = runs.Borrow(description.Root);
            int? chunk = run is null
                ? null
                : Guard("Reading the run", run.Path, () => run.FindDamage(Progress, cancellationToken));
            isWhole &= run is not null && chunk is null;
            if (chunk is null) continue;
            Guard("Setting aside the run", run!.Path, () => damagedRuns.Note(description.Root, chunk.Value));
        }
        return isWhole;
    }

    /// <summary>Gives the service the state of a checkpoint that is whole, in place of its own.</summary>
    /// <returns>The replica's own records.</returns>
    /// <exception cref="StorageException">The disk gave other bytes than a moment before.</exception>
    public IReadOnlyList<StateRecord> Load(
        Manifest manifest, ServiceHost service, CancellationToken cancellationToken)
    {
        try
        {
            using RunMerge state = new(
                manifest.Runs.Select(run => new RunReader(new CountedRun(runs.Borrow(run.Root)!, Progress))),
                isBottom: true);
            using StateLoad load = service.BeginLoad();
            while (state.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                load.Put(state);
            }
            return load.Commit();
        }
        catch (RunDamagedException e)
        {
            throw new StorageException(
                $"{e.Message} It was whole a moment ago: the disk of '{directory}' gives other bytes each time. "
                + "Replace it; the replica then rejoins from the others.");
        }
    }
}
