using System.Buffers;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Tests.Hosting;

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
    private readonly Dictionary<Instance, (byte[] Bytes, MerkleTree Tree)> _snapshots = [];
    private byte[] _fetched = [];

    public TranscriptReplica(ReplicaSettings settings, IKeyring keyring, Wording wording, Page page)
    {
        _settings = settings;
        _core = ReplicaCore.Create(settings, keyring, RecoveredState.None, ModSmartProtocol.Instance);
        _ingress = new MessageIngress(settings, keyring, ModSmartProtocol.Instance);
        _service = new ServiceHost(new RegisterService(), settings.ReplyBytesMax, settings.Rights);
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
                TakeCheckpoint(e);
                break;
            case SendArchivedEffect:
                _inputs.Enqueue(new ArchiveLostInput());
                break;
            case SendChunkEffect e:
                SendChunk(e);
                break;
            case BeginFetchEffect e:
                _fetched = new byte[e.SnapshotBytes];
                break;
            case StoreChunkEffect e:
                e.Bytes.Span.CopyTo(_fetched.AsSpan(e.Index * _settings.ChunkBytes));
                break;
            case InstallStateEffect e:
                Install(e);
                break;
        }
    }

    private void TakeCheckpoint(TakeCheckpointEffect effect)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (ISnapshotReader reader = _service.Freeze(effect.Sessions))
        {
            for (int count; (count = reader.Read(bytes.GetSpan(4096))) > 0;) bytes.Advance(count);
        }
        Digest root = Keep(effect.Instance, bytes.WrittenSpan.ToArray());
        _inputs.Enqueue(new CheckpointTakenInput(effect.Instance, root, bytes.WrittenCount));
    }

    private Digest Keep(Instance instance, byte[] snapshot)
    {
        MerkleTree tree = MerkleTree.Of(snapshot, _settings.ChunkBytes);
        _snapshots[instance] = (snapshot, tree);
        return tree.Root;
    }

    private void SendChunk(SendChunkEffect effect)
    {
        if (!_snapshots.TryGetValue(effect.Instance, out (byte[] Bytes, MerkleTree Tree) snapshot)) return;
        int start = effect.Index * _settings.ChunkBytes;
        int length = MerkleTree.ChunkLength(snapshot.Bytes.Length, _settings.ChunkBytes, effect.Index);
        Chunk chunk = new(
            effect.Instance, effect.Index, snapshot.Bytes.AsMemory(start, length), snapshot.Tree.Path(effect.Index));
        _page.Line($"sends {_wording.Of(chunk)} to {effect.To}");
        Send(effect.To, chunk);
    }

    private void Install(InstallStateEffect effect)
    {
        Assert.Equal(effect.Certificate.Root, Keep(effect.Certificate.Instance, _fetched));
        using SnapshotInstallation installation = _service.BeginInstall();
        installation.Write(_fetched);
        bool isCommitted = installation.TryCommit(out ReadOnlyMemory<byte> sessions);
        Assert.True(isCommitted, "A certified snapshot can be installed.");
        _inputs.Enqueue(new StateInstalledInput(effect.Certificate.Instance, sessions));
    }
}
