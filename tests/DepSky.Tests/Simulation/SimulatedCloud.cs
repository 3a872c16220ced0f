using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>A cloud in virtual time. A correct one is only slow, now and then very, and in some runs has short outages; a faulty one behaves as it likes, from one request to the next.</summary>
internal sealed class SimulatedCloud(int index, VirtualTime time, Random random, IReadOnlyList<CloudBehaviour> repertoire, bool hasOutages)
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
        foreach (string name in _objects.Keys.Where(name => name.StartsWith(layout.Data(id), StringComparison.Ordinal)).ToArray()) Delete(name);
        Delete(layout.Part(id));
        Delete(layout.Metadata(id));
    }

    /// <summary>Carries out a call; the answer comes later, or never. What it stores may come into being after the caller has given up.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="content">What is to be stored, if anything.</param>
    /// <param name="then">Given the answer, and the bytes read of a block.</param>
    public void Receive(CloudCall call, byte[]? content, Action<CloudAnswer, byte[]?> then)
    {
        CloudBehaviour behaviour = repertoire.Count == 0 || random.Next(4) == 0 ? CloudBehaviour.Correct : repertoire[random.Next(repertoire.Count)];
        if (repertoire.Count == 0 && hasOutages && !_isHealed && random.Next(5) == 0) behaviour = CloudBehaviour.Unavailable;
        long thereMs = Delay(), backMs = Delay();
        if (random.Next(50) == 0) _earlier = new SortedDictionary<string, byte[]>(_objects, StringComparer.Ordinal);
        time.After(thereMs, () =>
        {
            (CloudAnswer? answer, byte[]? block) = Answer(call, content, behaviour);
            if (answer is not null) time.After(backMs, () => then(answer, block));
        });
    }

    private long Delay() => random.Next(20) == 0 ? random.Next(1000) : 1 + random.Next(20);

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
                if (found is null) return (new Failed(CloudFailure.NotFound, $"{call.Name}: there is no such object"), null);
                if (call is GetBlockCall block)
                    return found.Length == block.BlockBytes && BlockDigest.Of(found) == block.Digest ? (CloudAnswer.Done, found) : (new Failed(CloudFailure.Broken, $"{call.Name}: other bytes"), found);
                return (new Got(found), null);
        }
    }

    private List<string> List(string prefix, CloudBehaviour behaviour)
    {
        if (behaviour == CloudBehaviour.Vanished) return [];
        List<string> names = [.. (behaviour == CloudBehaviour.Stale ? _earlier : _objects).Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        if (behaviour == CloudBehaviour.Forged)
        {
            for (int i = 0; i < 3; i++)
            {
                VersionId id = new(new ObjectVersion((uint)random.Next(3), (ulong)random.Next(100)), (UInt128)(uint)random.Next());
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
                byte[][] others = [.. _objects.Where(o => o.Key.EndsWith(suffix, StringComparison.Ordinal) || behaviour == CloudBehaviour.Reordered).Select(o => o.Value)];
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
