using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Memcache.Client.Servers;

/// <summary>
/// Which of several servers has a key: consistent hashing. Each server has points on a circle, and a key belongs to the
/// server of the next point. A server more takes its share of the keys from all others, and moves no other key.
/// </summary>
internal sealed class ServerRing
{
    private const int HashesOfServer = 40;
    private const int PointsOfHash = 4;

    private readonly ulong[] _points;
    private readonly int[] _servers;

    /// <param name="names">The servers; their order does not matter.</param>
    public ServerRing(IReadOnlyList<string> names)
    {
        int count = names.Count * HashesOfServer * PointsOfHash;
        (_points, _servers) = (new ulong[count], new int[count]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        int next = 0;
        for (int server = 0; server < names.Count; server++)
        {
            for (int i = 0; i < HashesOfServer; i++)
            {
                SHA256.HashData(Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{names[server]}-{i}")), hash);
                for (int part = 0; part < PointsOfHash; part++, next++)
                {
                    _points[next] = BinaryPrimitives.ReadUInt64BigEndian(hash[(part * sizeof(ulong))..]);
                    _servers[next] = server;
                }
            }
        }
        Array.Sort(_points, _servers);
    }

    /// <summary>The index of the server that has this key.</summary>
    public int ServerOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        int place = Array.BinarySearch(_points, BinaryPrimitives.ReadUInt64BigEndian(hash));
        if (place < 0) place = ~place;
        return _servers[place == _points.Length ? 0 : place];
    }
}
