using System.Security.Cryptography;
using DepSky.Coding;

namespace DepSky.Client;

/// <summary>A version's key: drawn fresh, shared secretly among the clouds, and never stored whole anywhere.</summary>
internal static class VersionKey
{
    /// <summary>Draws a key, and returns the clouds' shares of it.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Share(CloudQuorums quorums)
    {
        Span<byte> shared = stackalloc byte[SegmentShape.KeyBytes];
        RandomNumberGenerator.Fill(shared);
        Memory<byte>[] split =
            [.. Enumerable.Range(0, quorums.Clouds).Select(_ => new Memory<byte>(new byte[SegmentShape.KeyBytes]))];
        SecretSharing.Split(shared, quorums.OneCorrect, split);
        CryptographicOperations.ZeroMemory(shared);
        return [.. split.Select(share => (ReadOnlyMemory<byte>)share)];
    }

    /// <summary>The content's key from all shares, or from enough that are intact; the caller zeroes it.</summary>
    public static byte[] Combine(
        CloudQuorums quorums, ReaderKey? readerKey, IReadOnlyList<ReadOnlyMemory<byte>> shares) =>
        Combine(quorums, readerKey, Enumerable.Range(0, shares.Count).ToDictionary(i => i, i => shares[i]));

    /// <summary>The content's key from intact shares; the caller zeroes it.</summary>
    public static byte[] Combine(
        CloudQuorums quorums, ReaderKey? readerKey, IReadOnlyDictionary<int, ReadOnlyMemory<byte>> shares)
    {
        byte[] shared = GC.AllocateArray<byte>(SegmentShape.KeyBytes, pinned: true);
        KeyValuePair<int, ReadOnlyMemory<byte>>[] chosen =
            [.. shares.OrderBy(share => share.Key).Take(quorums.OneCorrect)];
        SecretSharing.Combine([.. chosen.Select(share => share.Key)], [.. chosen.Select(share => share.Value)], shared);
        return Mix(shared, readerKey);
    }

    private static byte[] Mix(byte[] shared, ReaderKey? readerKey)
    {
        if (readerKey is null) return shared;
        byte[] key = GC.AllocateArray<byte>(SegmentShape.KeyBytes, pinned: true);
        readerKey.Derive(shared, key);
        CryptographicOperations.ZeroMemory(shared);
        return key;
    }
}
