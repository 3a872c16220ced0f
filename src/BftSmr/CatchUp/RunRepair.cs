using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.CatchUp;

/// <summary>
/// Fetches what is missing of runs that were found damaged on this disk: one piece at a time, of one peer after the
/// other, until it comes. Replicas at this checkpoint, or the next one, have the run. If none has it any more, they are
/// further, and a later checkpoint has to be fetched instead. Invariants: a piece that is stored is
/// one that was missing, and verified; a run is mended when nothing of it is missing.
/// </summary>
internal sealed class RunRepair(ReplicaContext context)
{
    private readonly Dictionary<Digest, FetchedRun> _damaged = [];
    private (Digest Run, int Index, ReplicaId From, long Micros)? _asked;
    private int _turn, _inVain;

    public bool IsActive => _damaged.Count > 0;

    /// <summary>All peers were asked for a piece three times, and it did not come.</summary>
    public bool IsInVain => _inVain > 3 * (context.Quorums.Replicas - 1);

    public void OnDamaged(RunDamagedInput input)
    {
        FetchedRun run = new(input.Missing, context.Settings.ChunkBytes);
        _damaged[run.Description.Root] = run;
        if (run.IsWhole) Mend(run); // read again, nothing is wrong
        else if (_asked is null) AskNext();
    }

    /// <summary>A piece came; false if it is none that was asked for here.</summary>
    public bool TryTake(ReplicaId from, Piece piece)
    {
        if (_asked is not { } asked || asked.Run != piece.Run || asked.Index != piece.Index || asked.From != from)
            return false;
        if (_damaged.TryGetValue(piece.Run, out FetchedRun? run))
        {
            RunDescription description = run.Description;
            if (!MerkleTree.Verify(
                description.Root, description.Bytes, context.Settings.ChunkBytes, piece.Index, piece.Bytes.Span,
                piece.Path)) context.Effects.Reject(from, RejectReason.InvalidProof);
            else Store(run, piece);
        }
        AskNext();
        return true;
    }

    /// <summary>A status period has passed: what did not come is asked of the next peer.</summary>
    public void Tick()
    {
        if (_asked is { } asked && context.Now.MonotonicMicros - asked.Micros < 2 * context.Settings.StatusPeriodMicros)
            return;
        AskNext();
    }

    /// <summary>Another state was loaded, of runs that are whole.</summary>
    public void Forget()
    {
        _damaged.Clear();
        _asked = null;
        _inVain = 0;
    }

    private void Store(FetchedRun run, Piece piece)
    {
        context.Effects.Add(new StorePieceEffect(run.Description, piece.Index, piece.Bytes));
        run.NoteStored(piece.Index);
        _inVain = 0;
        if (run.IsWhole) Mend(run);
    }

    private void Mend(FetchedRun run)
    {
        _damaged.Remove(run.Description.Root);
        context.Effects.Add(new MendRunEffect(run.Description));
    }

    private void AskNext()
    {
        _asked = null;
        foreach ((Digest root, FetchedRun run) in _damaged)
        {
            _inVain++;
            int peers = context.Quorums.Replicas - 1;
            ReplicaId peer = new((context.Self.Value + 1 + _turn++ % peers) % context.Quorums.Replicas);
            _asked = (root, run.FirstMissing, peer, context.Now.MonotonicMicros);
            context.Effects.Send(peer, new FetchPiece(root, run.FirstMissing));
            return;
        }
    }
}
