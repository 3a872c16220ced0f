using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

/// <summary>What a cloud does with a call.</summary>
internal enum Deviation
{
    None,

    /// <summary>Refuses.</summary>
    Fails,

    /// <summary>Acknowledges what it does not store, names nothing, gives other bytes.</summary>
    Lies,
}

/// <summary>Four clouds as what they store. One of them may deviate, from call to call.</summary>
internal sealed class ExploredClouds
{
    public const int Count = 4;

    private readonly int _liar;
    private readonly SortedDictionary<string, byte[]>[] _objects;

    /// <summary>Empty ones.</summary>
    public ExploredClouds(int liar)
    {
        _liar = liar;
        _objects =
            [.. Enumerable.Range(0, Count).Select(_ => new SortedDictionary<string, byte[]>(StringComparer.Ordinal))];
    }

    /// <summary>With the same objects as others.</summary>
    public ExploredClouds(ExploredClouds others)
    {
        _liar = others._liar;
        _objects = [.. others._objects.Select(
            objects => new SortedDictionary<string, byte[]>(objects, StringComparer.Ordinal))];
    }

    public bool MayDeviate(int cloud) => cloud == _liar;

    /// <summary>In how many clouds that never deviate an object is as it should be.</summary>
    public int HonestHolders(string name, Func<int, byte[]> expected) => Enumerable.Range(0, Count)
        .Where(cloud => cloud != _liar)
        .Count(cloud => _objects[cloud].TryGetValue(name, out byte[]? found) && found.SequenceEqual(expected(cloud)));

    /// <summary>Whether an honest cloud has it, with any content.</summary>
    public bool IsAtHonest(string name) =>
        Enumerable.Range(0, Count).Any(cloud => cloud != _liar && _objects[cloud].ContainsKey(name));

    /// <summary>Carries out a call. Blocks are checked as a host checks them.</summary>
    public CloudAnswer Answer(CloudCall call, byte[]? content, Deviation deviation, out byte[]? block)
    {
        block = null;
        if (deviation == Deviation.Fails) return new Failed(CloudFailure.Unavailable, "refused");
        bool lies = deviation == Deviation.Lies;
        SortedDictionary<string, byte[]> objects = _objects[call.Cloud];
        switch (call)
        {
            case ListCall:
                return new Listed(
                    [.. objects.Keys.Where(name => !lies && name.StartsWith(call.Name, StringComparison.Ordinal))]);
            case PutCall or PutBlockCall:
                if (!lies) objects[call.Name] = content!;
                return CloudAnswer.Done;
            case GetCall or GetBlockCall when !lies && !objects.ContainsKey(call.Name):
                return new Failed(CloudFailure.NotFound, call.Name);
            case GetCall:
                return new Got(lies ? new byte[] { 1, 2, 3 } : objects[call.Name]);
            case GetBlockCall get:
                block = lies ? new byte[get.BlockBytes] : objects[call.Name];
                bool isIntact = BlockDigest.Of(block) == get.Digest;
                return isIntact ? CloudAnswer.Done : new Failed(CloudFailure.Broken, call.Name);
            default:
                throw new ArgumentOutOfRangeException(nameof(call));
        }
    }
}
