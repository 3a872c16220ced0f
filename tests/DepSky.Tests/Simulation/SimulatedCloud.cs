using BftCloud.Primitives;
using BftCloud.Simulation;
using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>
/// A cloud in virtual time. A correct one is only slow, now and then very, and in some runs has short outages; a faulty
/// one behaves as it likes, from one request to the next.
/// </summary>
internal sealed class SimulatedCloud(
    int index, World world, SimulationRandom random, IReadOnlyList<CloudBehaviour> repertoire, bool hasOutages)
{
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private bool _isHealed;
    private SortedDictionary<string, byte[]> _earlier = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, byte[]> Objects => _objects;

    public void Put(string name, byte[] content) => _objects[name] = content;

    public void Delete(string name) => _objects.Remove(name);

    /// <summary>From now on a correct cloud has no outages.</summary>
    public void Heal() => _isHealed = true;

    public void DeleteAttempt(UnitLayout layout, VersionId id)
    {
        string data = layout.Data(id);
        foreach (string name in _objects.Keys.Where(n => n.StartsWith(data, StringComparison.Ordinal)).ToArray())
            Delete(name);
        Delete(layout.Part(id));
        Delete(layout.Metadata(id));
    }

    /// <summary>
    /// Carries out a call; the answer comes later, or never. What it stores may come into being after the caller has
    /// given up.
    /// </summary>
    /// <param name="call">What is asked.</param>
    /// <param name="content">What is to be stored, if anything.</param>
    /// <param name="then">Given the answer, and the bytes read of a block.</param>
    public void Receive(CloudCall call, byte[]? content, Action<CloudAnswer, byte[]?> then)
    {
        bool isCorrect = repertoire.Count == 0 || random.Next(4) == 0;
        CloudBehaviour behaviour = isCorrect ? CloudBehaviour.Correct : random.Pick(repertoire);
        if (repertoire.Count == 0 && hasOutages && !_isHealed && random.Next(5) == 0)
            behaviour = CloudBehaviour.Unavailable;
        long thereMicros = DelayMicros(), backMicros = DelayMicros();
        if (random.Next(50) == 0) _earlier = new SortedDictionary<string, byte[]>(_objects, StringComparer.Ordinal);
        world.After(thereMicros, () =>
        {
            (CloudAnswer? answer, byte[]? block) = Answer(call, content, behaviour);
            if (answer is not null) world.After(backMicros, () => then(answer, block));
        });
    }

    private long DelayMicros() => random.Next(20) == 0 ? random.Between(0, 1_000_000) : random.Between(1_000, 20_000);

    private (CloudAnswer? Answer, byte[]? Block) Answer(CloudCall call, byte[]? content, CloudBehaviour behaviour)
    {
        switch (behaviour)
        {
            case CloudBehaviour.Mute:
                if (content is not null && random.Next(2) == 0) Put(call.Name, content);
                return (null, null);
            case CloudBehaviour.Unavailable:
                if (content is not null && random.Next(3) == 0) Put(call.Name, content);
                return (new Failed(CloudFailure.Unavailable, "simulated"), null);
            case CloudBehaviour.FalseAcknowledgement when content is not null || call is DeleteCall:
                return (CloudAnswer.Done, null);
        }
        switch (call)
        {
            case PutCall or PutBlockCall:
                Put(call.Name, content!);
                return (CloudAnswer.Done, null);
            case DeleteCall:
                Delete(call.Name);
                return (CloudAnswer.Done, null);
            case ListCall:
                return (new Listed(List(call.Name, behaviour)), null);
            default:
                byte[]? found = Get(call.Name, behaviour);
                if (found is null)
                    return (new Failed(CloudFailure.NotFound, $"{call.Name}: there is no such object"), null);
                if (call is GetBlockCall block)
                {
                    bool isIntact = found.Length == block.BlockBytes && BlockDigest.Of(found) == block.Digest;
                    Failed other = new(CloudFailure.Broken, $"{call.Name}: other bytes");
                    return (isIntact ? CloudAnswer.Done : other, found);
                }
                return (new Got(found), null);
        }
    }

    private List<string> List(string prefix, CloudBehaviour behaviour)
    {
        if (behaviour == CloudBehaviour.Vanished) return [];
        SortedDictionary<string, byte[]> objects = behaviour == CloudBehaviour.Stale ? _earlier : _objects;
        List<string> names = [.. objects.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        if (behaviour == CloudBehaviour.Forged)
        {
            for (int i = 0; i < 3; i++)
            {
                VersionId id =
                    new(new ObjectVersion((uint)random.Next(3), (ulong)random.Next(100)), random.NextUInt64());
                names.Add($"{prefix}{id}{(random.Next(2) == 0 ? UnitLayout.MetadataSuffix : UnitLayout.PartSuffix)}");
            }
            names.Add(prefix + "nonsense");
        }
        return names;
    }

    private byte[]? Get(string name, CloudBehaviour behaviour)
    {
        byte[]? content = (behaviour == CloudBehaviour.Stale ? _earlier : _objects).GetValueOrDefault(name);
        switch (behaviour)
        {
            case CloudBehaviour.Vanished:
                return null;
            case CloudBehaviour.Reordered or CloudBehaviour.Forged when _objects.Count > 0:
                string suffix = name[^2..];
                bool isAny = behaviour == CloudBehaviour.Reordered;
                byte[][] others = [.. _objects
                    .Where(o => isAny || o.Key.EndsWith(suffix, StringComparison.Ordinal)).Select(o => o.Value)];
                return others.Length == 0 ? content : others[random.Next(others.Length)];
            case CloudBehaviour.Corrupt when content is { Length: > 0 }:
                byte[] damaged = [.. content];
                damaged[random.Next(damaged.Length)] ^= (byte)(1 + random.Next(255));
                return damaged;
            case CloudBehaviour.Partial:
                return content?[..(content.Length / 2)];
            default:
                return content;
        }
    }

    public override string ToString() => $"cloud {index}";
}
