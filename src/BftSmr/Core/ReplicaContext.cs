using BftCloud.Primitives;
using BftSmr.Authentication;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Core;

/// <summary>
/// What the parts of one replica core share during a step: its settings, the time, and where effects go.
/// </summary>
internal sealed class ReplicaContext(ReplicaSettings settings, IKeyring keyring, MessageFamily? family = null)
{
    public ReplicaSettings Settings => settings;
    public Quorums Quorums => settings.Quorums;
    public ReplicaId Self => settings.Self;
    public IKeyring Keyring => keyring;

    /// <summary>Whose requests are whose.</summary>
    public RequestAuthenticity Authenticity { get; } = new(settings, keyring);

    /// <summary>What clients may ask for.</summary>
    public RequestPermission Permission { get; } = new(settings.Rights);

    /// <summary>What messages are held to.</summary>
    public CodecLimits Limits { get; } = CodecLimits.For(settings, family);

    /// <summary>The time of the current step.</summary>
    public ClockReading Now { get; private set; }

    /// <summary>
    /// The agreed time of the last instance whose execution began, microseconds since the Unix epoch.
    /// </summary>
    public long AgreedTimeMicros { get; set; }

    /// <summary>The effects of the current step.</summary>
    public EffectBuffer Effects { get; private set; } = new();

    public void BeginStep(ClockReading now, EffectBuffer effects) => (Now, Effects) = (now, effects);

    public bool IsMember(ReplicaId id) => (uint)id.Value < (uint)Quorums.Replicas;

    /// <summary>
    /// A record that a later vote of this replica must not contradict: on disk before anything after it leaves, if
    /// durability covers votes.
    /// </summary>
    public void PersistVote(LogRecord record)
    {
        if (settings.Durability != Durability.None)
            Effects.Add(new PersistEffect(record, Flush: settings.Durability == Durability.Votes));
    }

    /// <summary>
    /// A decided value: on disk before its replies leave, unless the votes that led to it already are.
    /// </summary>
    public void PersistDecision(LogRecord record)
    {
        if (settings.Durability != Durability.None)
            Effects.Add(new PersistEffect(record, Flush: settings.Durability == Durability.Decisions));
    }

    /// <summary>A record that can be had again from others.</summary>
    public void PersistNote(LogRecord record)
    {
        if (settings.Durability != Durability.None) Effects.Add(new PersistEffect(record, Flush: false));
    }
}
