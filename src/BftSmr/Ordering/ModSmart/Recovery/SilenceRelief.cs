using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Recovery;

/// <summary>
/// A replica may vote in no regency below a later one, and nothing brings that regency about, as two replicas once
/// wanted it in vain. A replica that says so for longer than the timeout is granted it, once
/// an hour, if another one says that it wanted it. Invariant: what is granted is a regency that f+1 replicas wanted, as
/// far as this one heard; so f liars neither make up a regency, nor cost more than one change an hour each.
/// </summary>
internal sealed class SilenceRelief(ReplicaContext context, PeerProgress progress)
{
    private const long GrantEveryMicros = 3_600_000_000;

    /// <summary>A grant is renewed for so many status periods, as wishes expire.</summary>
    private const int GrantPeriods = 20;

    private readonly long?[] _silentSince = new long?[context.Quorums.Replicas];
    private readonly long[] _grantedAt =
        [.. Enumerable.Repeat(-GrantEveryMicros, context.Quorums.Replicas)];

    /// <summary>The regency to want for the sake of a silent replica; zero if none.</summary>
    /// <param name="current">The regency that is open.</param>
    /// <param name="wanted">The highest that this replica ever wanted.</param>
    /// <param name="timeoutMicros">How long that is left to end by itself.</param>
    public Regency Wanted(Regency current, Regency wanted, long timeoutMicros)
    {
        long now = context.Now.MonotonicMicros;
        Regency confirmed = progress.Known.Select(static p => p.Status.Wanted).Append(wanted).OrderDescending()
            .ElementAtOrDefault(context.Quorums.Faulty);
        Regency granted = Regency.Zero;
        foreach ((ReplicaId peer, Status status) in progress.Known)
        {
            if (peer == context.Self) continue;
            ref long? since = ref _silentSince[peer.Value];
            ref long grantedAt = ref _grantedAt[peer.Value];
            bool isSilent = status.SilentBelow > current && status.SilentBelow <= confirmed;
            since = isSilent ? since ?? now : null;
            if (since is not { } start || now - start <= timeoutMicros) continue;
            if (now - grantedAt >= GrantEveryMicros) grantedAt = now;
            if (now - grantedAt > GrantPeriods * context.Settings.StatusPeriodMicros) continue;
            if (status.SilentBelow > granted) granted = status.SilentBelow;
        }
        Invariant.Holds(granted <= confirmed, "a regency that is granted was wanted by f+1 replicas");
        return granted;
    }
}
