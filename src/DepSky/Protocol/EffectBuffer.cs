namespace DepSky.Protocol;

/// <summary>Collects the effects of steps, in order, until the host carries them out.</summary>
internal sealed class EffectBuffer
{
    private readonly List<Effect> _effects = [];

    public IReadOnlyList<Effect> Effects => _effects;

    public void Clear() => _effects.Clear();

    public void Add(Effect effect) => _effects.Add(effect);

    /// <summary>Takes back a call that the host has not come to.</summary>
    /// <returns>False if it has.</returns>
    public bool TryWithdraw(CallId call) => _effects.RemoveAll(e => e is StartCallEffect start && start.Id == call) > 0;
}
