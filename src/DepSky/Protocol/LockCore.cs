using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Takes a unit's lock (DepSky, algorithm 4, made safe by fencing). States:
/// <para><b>Looking</b>: whose locks are there? One that has not run out ends the attempt. The new epoch is higher than that of every genuine lock, attempt and version.</para>
/// <para><b>Entering</b>: the own lock file goes to all clouds; n-f must acknowledge.</para>
/// <para><b>Looking again</b>: of two who enter at the same time, at least one sees the other here, since both were acknowledged by n-f before they looked at n-f; who sees another withdraws.</para>
/// <para><b>Fencing</b>: the last version is written again under the new epoch, with the same blocks. Whatever an earlier holder still writes is of a lower epoch, and so older than that: it can
/// overwrite nothing, and is not even seen.</para>
/// <para>The lease's time serves only to let others in after a crash; safety never depends on a clock.</para>
/// </summary>
internal sealed class LockCore(CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, KeyPair writer, UInt128 owner, long leaseMs, Action<LockCore> then)
{
    private MetadataSearch? _versions;
    private LockSearch? _locks;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The lock that was taken.</summary>
    public LockRecord Held { get; private set; }

    /// <summary>The own lock file may be in clouds, though the lock was not taken: the host deletes it.</summary>
    public bool MustWithdraw { get; private set; }

    /// <summary>Locks that have run out, of epochs before: nobody needs them any more.</summary>
    public IEnumerable<LockRecord> Outlived => _locks!.Genuine.Where(record => record.Epoch < Held.Epoch);

    public void Start() => Look(Enter);

    private void Look(Action next)
    {
        _versions = new MetadataSearch(exchange, layout, quorums, writer.PublicKey, withParts: true, _ => Looked(next));
        _locks = new LockSearch(exchange, layout, quorums, writer.PublicKey, _ => Looked(next));
        _versions.Start();
        _locks.Start();
    }

    private void Looked(Action next)
    {
        if (IsDone || !_versions!.IsDone || !_locks!.IsDone) return;
        ProtocolFailure? failure = _versions.Failure ?? _locks.Failure;
        LockRecord other = _locks.Genuine.Where(record => record.Owner != owner && record.ExpiresAtMs > exchange.NowMs).OrderByDescending(record => record.ExpiresAtMs).FirstOrDefault();
        if (failure is null && other != default)
        {
            failure = new ProtocolFailure(FailureKind.Locked,
                $"'{layout.Unit}' is locked by another writer until {DateTimeOffset.FromUnixTimeMilliseconds(other.ExpiresAtMs):u}, or until it is given back; try again later", []);
        }
        if (failure is null) next();
        else Finish(failure);
    }

    private void Enter()
    {
        uint highest = Math.Max(_versions!.HighestVersion.Epoch, _locks!.Genuine.Select(record => record.Epoch).DefaultIfEmpty().Max());
        Held = new LockRecord(checked(highest + 1), exchange.NowMs + leaseMs, owner);
        MustWithdraw = true;
        byte[] content = Held.Encode(layout, writer);
        new RecordWrite(exchange, quorums, "the lock", cloud => new PutCall(cloud, Held.Name(layout), content), failure =>
        {
            if (failure is null) Look(Fence);
            else Finish(failure);
        }).Start();
    }

    private void Fence()
    {
        if (_versions!.Highest is not ObjectMetadata last)
        {
            Finish(null);
            return;
        }
        VersionId id = new(new ObjectVersion(Held.Epoch, last.Id.Version.Number), owner);
        byte[] content = MetadataCodec.Encode(last with { Id = id, CreatedAtMs = exchange.NowMs }, writer);
        new RecordWrite(exchange, quorums, "the last version under the new epoch", cloud => new PutCall(cloud, layout.Metadata(id), content), Finish).Start();
    }

    private void Finish(ProtocolFailure? failure)
    {
        if (IsDone) return;
        IsDone = true;
        Failure = failure;
        if (failure is null) MustWithdraw = false;
        then(this);
    }
}
