using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Takes a unit's lock (DepSky, algorithm 4, made safe by fencing). States:
/// <para><b>Looking</b>: the clouds list their locks. One that has not run out ends the attempt. The new epoch is
/// higher than that of every genuine lock, attempt and version.</para>
/// <para><b>Entering</b>: the own lock file goes to all clouds; n-f must acknowledge.</para>
/// <para><b>Looking again</b>: of two writers that enter at the same time, at least one sees the other here: n-f clouds
/// acknowledged each before it looked at n-f. A writer that sees another withdraws.</para>
/// <para><b>Fencing</b>: the last version is written again under the new epoch, with the same blocks. What an
/// earlier holder still writes has a lower epoch, and so is older: it overwrites nothing, and no reader sees it.</para>
/// <para>The lease's time serves only to let others in after a crash; safety never depends on a clock.</para>
/// </summary>
internal sealed class LockCore(
    UnitLayout layout, CloudQuorums quorums, KeyPair writer, UInt128 owner, long leaseMicros, long callTimeoutMicros)
    : ProtocolCore(callTimeoutMicros)
{
    private enum State
    {
        Looking,
        Entering,
        LookingAgain,
        Fencing,
    }

    private State _state = State.Looking;
    private MetadataSearch? _versions;
    private LockSearch? _locks;

    /// <summary>The lock that was taken.</summary>
    public LockRecord Held { get; private set; }

    /// <summary>The own lock file may be in clouds, though the lock was not taken: the host deletes it.</summary>
    public bool MustWithdraw => Held != default && !(IsDone && Failure is null);

    /// <summary>Locks that have run out, of epochs before: no writer needs them any more.</summary>
    public IEnumerable<LockRecord> Outlived => _locks!.Genuine.Where(record => record.Epoch < Held.Epoch);

    protected override void OnStart() => Look();

    protected override void OnDone(SubMachine machine)
    {
        switch (machine)
        {
            case MetadataSearch or LockSearch:
                if (_versions!.IsDone && _locks!.IsDone) OnLooked();
                break;
            case { Failure: not null }:
                Finish(machine.Failure);
                break;
            case RecordWrite when _state == State.Entering:
                _state = State.LookingAgain;
                Look();
                break;
            case RecordWrite:
                Finish(null);
                break;
        }
    }

    private void Look()
    {
        _versions = new MetadataSearch(Exchange, layout, quorums, writer.PublicKey, withParts: true);
        _locks = new LockSearch(Exchange, layout, quorums, writer.PublicKey);
        Begin(_versions);
        Begin(_locks);
    }

    private void OnLooked()
    {
        ProtocolFailure? failure = _versions!.Failure ?? _locks!.Failure;
        LockRecord other = _locks!.Genuine.Where(record => record.Owner != owner && record.ExpiresAtMs > Exchange.NowMs)
            .OrderByDescending(record => record.ExpiresAtMs).FirstOrDefault();
        if (failure is null && other != default)
        {
            DateTimeOffset expires = DateTimeOffset.FromUnixTimeMilliseconds(other.ExpiresAtMs);
            failure = new ProtocolFailure(FailureKind.Locked,
                $"'{layout.Unit}' is locked by another writer until {expires:u}, or until it is given back; "
                + "try again later",
                []);
        }
        if (failure is not null) Finish(failure);
        else if (_state == State.Looking) Enter();
        else Fence();
    }

    private void Enter()
    {
        uint highest = Math.Max(
            _versions!.HighestVersion.Epoch, _locks!.Genuine.Select(record => record.Epoch).DefaultIfEmpty().Max());
        Held = new LockRecord(checked(highest + 1), Exchange.NowMs + leaseMicros / 1000, owner);
        _state = State.Entering;
        Begin(new RecordWrite(Exchange, quorums, "the lock", Held.Name(layout), [Held.Encode(layout, writer)]));
    }

    private void Fence()
    {
        if (_versions!.Highest is not ObjectMetadata last)
        {
            Finish(null);
            return;
        }
        VersionId id = new(new ObjectVersion(Held.Epoch, last.Id.Version.Number), owner);
        byte[] content = MetadataCodec.Encode(last with { Id = id, CreatedAtMs = Exchange.NowMs }, writer);
        _state = State.Fencing;
        Begin(new RecordWrite(
            Exchange, quorums, "the last version under the new epoch", layout.Metadata(id), [content]));
    }
}
