using System.Buffers;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Tests.Hosting;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Transcripts;

/// <summary>
/// One replica of a transcript: the real core behind the real checks of what arrives. Its effects are carried out at
/// once and written down. Its disk keeps no archive.
/// </summary>
internal sealed class TranscriptReplica
{
    private readonly ReplicaSettings _settings;
    private readonly IReplicaCore _core;
    private readonly MessageIngress _ingress;
    private readonly ServiceHost _service;
    private readonly Wording _wording;
    private readonly Page _page;
    private readonly EffectBuffer _effects = new();
    private readonly Queue<Input> _inputs = new();
    private readonly MemoryCheckpoints _checkpoints;

    public TranscriptReplica(ReplicaSettings settings, IKeyring keyring, Wording wording, Page page)
    {
        _settings = settings;
        _core = ReplicaCore.Create(settings, keyring, RecoveredState.None, ModSmartProtocol.Instance);
        _ingress = new MessageIngress(settings, keyring, ModSmartProtocol.Instance);
        _service = new ServiceHost(new RegisterService(), settings.ReplyBytesMax, settings.Rights);
        _checkpoints = new MemoryCheckpoints(settings);
        (_wording, _page) = (wording, page);
    }

    public ReplicaId Id => _settings.Self;

    /// <summary>Takes a message to all others (null), or to one.</summary>
    public required Action<ReplicaId?, PeerMessage> Send { get; init; }

    /// <summary>Messages of these types are not shown where they are sent.</summary>
    public required IReadOnlySet<string> Hidden { get; init; }

    public long NextDeadlineMicros => _core.NextDeadlineMicros;

    public ReplicaStatus Status() => _core.Status();

    public void Start(ClockReading now)
    {
        _core.Start(now, _effects);
        CarryOut(now);
    }

    /// <summary>A frame came over the link from a peer.</summary>
    public void Receive(ReplicaId from, ReadOnlyMemory<byte> frame, ClockReading now)
    {
        Input? input = _ingress.FromPeer(from, frame, out RejectReason reason);
        if (input is null) _page.Line($"rejects it: {reason}");
        else Step(input, now);
    }

    public void Step(Input input, ClockReading now)
    {
        _inputs.Enqueue(input);
        while (_inputs.TryDequeue(out Input? next))
        {
            _core.Step(next, now, _effects);
            CarryOut(now);
        }
    }

    /// <summary>A message as it is on the wire.</summary>
    public static ReadOnlyMemory<byte> Encode(PeerMessage message)
    {
        ArrayBufferWriter<byte> frame = new();
        PeerMessageCodec.Encode(message, frame);
        return frame.WrittenMemory;
    }

    private void CarryOut(ClockReading now)
    {
        Effect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (Effect effect in effects)
        {
            if (!IsHidden(effect) && _wording.Of(effect) is { } line) _page.Line(line);
            CarryOut(effect);
        }
        while (_inputs.TryDequeue(out Input? next))
        {
            _core.Step(next, now, _effects);
            CarryOut(now);
        }
    }

    private bool IsHidden(Effect effect) => effect switch
    {
        SendEffect e => Hidden.Contains(Wording.KindOf(e.Message)),
        BroadcastEffect e => Hidden.Contains(Wording.KindOf(e.Message)),
        _ => false,
    };

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case SendEffect e:
                Send(e.To, e.Message);
                break;
            case BroadcastEffect e:
                Send(null, e.Message);
                break;
            case ExecuteEffect e:
                _inputs.Enqueue(_service.Execute(e));
                break;
            case TakeCheckpointEffect e:
                using (FrozenState touched = _service.Freeze(e.Own))
                    _inputs.Enqueue(new CheckpointTakenInput(_checkpoints.Write(e.Instance, touched)));
                break;
            case SendArchivedEffect:
                _inputs.Enqueue(new ArchiveLostInput());
                break;
            case SendPieceEffect e:
                SendPiece(e);
                break;
            case BeginFetchEffect e:
                _inputs.Enqueue(new FetchPlannedInput(e.Manifest, _checkpoints.BeginFetch(e.Manifest)));
                break;
            case StorePieceEffect e:
                _checkpoints.StorePiece(e);
                break;
            case InstallStateEffect e:
                IReadOnlyList<StateRecord> own = _checkpoints.Install(e.Manifest, _service);
                _inputs.Enqueue(new StateInstalledInput(e.Certificate.Instance, own));
                break;
        }
    }

    private void SendPiece(SendPieceEffect effect)
    {
        if (_checkpoints.ReadPiece(effect.Run, effect.Index) is not { } piece) return;
        _page.Line($"sends {_wording.Of(piece)} to {effect.To}");
        Send(effect.To, piece);
    }
}
