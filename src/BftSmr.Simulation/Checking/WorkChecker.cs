using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Settings;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// What one peer makes a correct replica do within a second is bounded, whatever it sends: checks of replicas'
/// signatures, and pieces. Computing costs nothing in a simulation, so the work is counted.
/// </summary>
internal sealed class WorkChecker : IKeyring
{
    private const long PeriodMicros = 1_000_000;

    /// <summary>More than a replica that catches up asks for, and less than one that asks without end.</summary>
    private const int PiecesMax = 8_000;

    private readonly World _world;
    private readonly ReplicaId _self;
    private readonly IKeyring _keyring;
    private readonly int _checksMax;
    private readonly Dictionary<int, int> _checks = [], _pieces = [];
    private long _period;
    private int _from = -1;

    public WorkChecker(World world, ReplicaSettings settings, IKeyring keyring)
    {
        (_world, _self, _keyring) = (world, settings.Self, keyring);
        // Every signature of a few SYNCs, and a few hundred messages with one.
        _checksMax = 500 + 4 * settings.Quorums.Replicas * (settings.Quorums.Stable + 1);
    }

    /// <summary>What is checked next is in a frame of this node.</summary>
    public void Reads(int from) => _from = from;

    public void Note(Effect effect)
    {
        if (effect is SendPieceEffect e) Count(_pieces, e.To.Value, PiecesMax, "pieces");
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => _keyring.Sign(message, signature);

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Count(_checks, _from, _checksMax, "checks of signatures");
        return _keyring.VerifyReplica(signer, message, signature);
    }

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        _keyring.VerifyClient(signer, message, signature);

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) =>
        _keyring.MacForReplica(replica, message, mac);

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        _keyring.VerifyMacFromClient(client, message, mac);

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac) =>
        _keyring.MacForClient(client, message, mac);

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        _keyring.VerifyMacFromReplica(replica, message, mac);

    private void Count(Dictionary<int, int> counts, int peer, int most, string what)
    {
        if (_world.NowMicros / PeriodMicros != _period)
        {
            _period = _world.NowMicros / PeriodMicros;
            _checks.Clear();
            _pieces.Clear();
        }
        counts[peer] = counts.GetValueOrDefault(peer) + 1;
        if (counts[peer] == most + 1)
            _world.Violate("work", $"Node {peer} makes {_self} do more than {most} {what} in a second.");
    }
}
