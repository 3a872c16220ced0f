using System.Buffers;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Simulation.Storage;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Two copies of one identity (Twins, Bano et al. 2021): both run the correct protocol with the same key, each with a
/// part of the others, which changes now and then. What they do wrong is only that there are two of them: equivocation,
/// double votes, and lost memory, in every combination there is.
/// </summary>
internal sealed class Twin : Adversary
{
    private readonly EffectBuffer _effects = new();
    private readonly Queue<Input> _own = new();
    private IReplicaCore? _second;
    private ServiceHost? _executor;
    private SimulatedCheckpoints? _checkpoints;
    private ulong _withSecond;
    private long _untilMicros = -1;
    private bool _isStepping;

    public override AdversaryKind Kind => AdversaryKind.Twin;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (!IsWithSecond(to)) instead.Add(message);
    }

    public override bool Receiving(Input input)
    {
        switch (input)
        {
            case PeerInput { From: var from }:
                if (!IsWithSecond(from)) return true;
                Step(input);
                return false;
            case RequestInput or LinkInput:
                Step(input);
                return true;
            default:
                return true;
        }
    }

    public override void Idle() => Step(TickInput.Instance);

    private bool IsWithSecond(ReplicaId replica)
    {
        if (World.NowMicros >= _untilMicros)
        {
            _untilMicros = World.NowMicros + Random.Between(20_000, 1_500_000);
            _withSecond = Random.NextUInt64();
        }
        return (_withSecond >> replica.Value & 1) != 0;
    }

    private void Step(Input input)
    {
        if (_second is null)
        {
            _checkpoints = new SimulatedCheckpoints(Settings);
            _executor = new ServiceHost(Service(), Settings.ReplyBytesMax, Settings.Rights);
            _second = ReplicaCore.Create(Settings, Keyring, RecoveredState.None, Protocol);
            _second.Start(Now, _effects);
            CarryOut();
        }
        _own.Enqueue(input);
        if (_isStepping) return;
        _isStepping = true;
        while (_own.TryDequeue(out Input? next))
        {
            _second.Step(next, Now, _effects);
            CarryOut();
        }
        _isStepping = false;
    }

    private ClockReading Now => new(World.NowMicros, SimulatedClock.EpochMicros + World.NowMicros);

    private void CarryOut()
    {
        Effect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (Effect effect in effects)
        {
            switch (effect)
            {
                case SendEffect e when IsWithSecond(e.To):
                    Send(e.To, e.Message);
                    break;
                case BroadcastEffect e:
                    for (int i = 0; i < Settings.Quorums.Replicas; i++)
                    {
                        if (i != Self.Value && IsWithSecond(new ReplicaId(i))) Send(new ReplicaId(i), e.Message);
                    }
                    break;
                case ExecuteEffect e:
                    _own.Enqueue(_executor!.Execute(e));
                    break;
                case TakeCheckpointEffect e:
                    TakeCheckpoint(e);
                    break;
                case PassCheckpointEffect e:
                    _checkpoints!.WriteTouched(_executor!.Freeze(e.Own));
                    _checkpoints.Pass(e.Instance);
                    break;
            }
        }
    }

    private void TakeCheckpoint(TakeCheckpointEffect effect)
    {
        _checkpoints!.WriteTouched(_executor!.Freeze(effect.Own));
        _own.Enqueue(new CheckpointTakenInput(_checkpoints.Write(effect.Instance)));
    }
}
