using System.Security.Cryptography;
using DepSky.Coding;

namespace DepSky;

/// <summary>
/// Shamir's secret sharing (How to Share a Secret, CACM 1979), byte by byte over GF(2^8). Share i is a polynomial's
/// value at i+1. Its value at 0 is the secret, and every other coefficient is random. Any <c>threshold</c> shares give
/// the secret; fewer are independent of it. The arithmetic takes the same time for every secret.
/// </summary>
internal static class SecretSharing
{
    /// <summary>The most shares.</summary>
    public const int SharesMax = 255;

    /// <summary>Shares a secret, with coefficients from the system's cryptographic generator.</summary>
    /// <param name="secret">What to share.</param>
    /// <param name="threshold">How many shares give it back.</param>
    /// <param name="shares">Where they go: each has the secret's length.</param>
    public static void Split(ReadOnlySpan<byte> secret, int threshold, ReadOnlySpan<Memory<byte>> shares)
    {
        ThrowIfWrong(threshold, shares.Length);
        byte[] coefficients = GC.AllocateUninitializedArray<byte>((threshold - 1) * secret.Length, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(coefficients);
            Split(secret, threshold, coefficients, shares);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(coefficients);
        }
    }

    /// <summary>
    /// Shares a secret with given coefficients: for each power from 1, one per byte of the secret. They must be
    /// uniformly random and never used again.
    /// </summary>
    internal static void Split(
        ReadOnlySpan<byte> secret, int threshold, ReadOnlySpan<byte> coefficients, ReadOnlySpan<Memory<byte>> shares)
    {
        ThrowIfWrong(threshold, shares.Length);
        if (coefficients.Length != (threshold - 1) * secret.Length)
            throw new ArgumentException(
                "One coefficient per byte of the secret and power is needed.", nameof(coefficients));
        for (int i = 0; i < shares.Length; i++)
        {
            Span<byte> share = shares[i].Span;
            if (share.Length != secret.Length)
                throw new ArgumentException("A share has the length of the secret.", nameof(shares));
            byte x = (byte)(i + 1);
            for (int at = 0; at < secret.Length; at++)
            {
                byte value = 0;
                for (int power = threshold - 1; power >= 1; power--)
                    value = GaloisField.MultiplySecret(
                        (byte)(value ^ coefficients[(power - 1) * secret.Length + at]), x);
                share[at] = (byte)(value ^ secret[at]);
            }
        }
    }

    /// <summary>The secret, from exactly <c>threshold</c> shares.</summary>
    /// <param name="present">The numbers of these shares, from 0, all different.</param>
    /// <param name="shares">These shares, in the same order.</param>
    /// <param name="secret">Where the secret goes.</param>
    public static void Combine(
        ReadOnlySpan<int> present,
        ReadOnlySpan<ReadOnlyMemory<byte>> shares, Span<byte> secret) => Evaluate(present, shares, 0, secret);

    /// <summary>Another share of the same secret, from exactly <c>threshold</c> shares.</summary>
    /// <param name="present">The numbers of these shares, from 0, all different.</param>
    /// <param name="shares">These shares, in the same order.</param>
    /// <param name="wanted">The number of the share to compute.</param>
    /// <param name="share">Where it goes.</param>
    public static void Reconstruct(
        ReadOnlySpan<int> present, ReadOnlySpan<ReadOnlyMemory<byte>> shares, int wanted, Span<byte> share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(wanted);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wanted, SharesMax);
        Evaluate(present, shares, (byte)(wanted + 1), share);
    }

    /// <summary>
    /// The value at <paramref name="x"/> of the polynomial through the shares, by Lagrange's formula.
    /// </summary>
    private static void Evaluate(
        ReadOnlySpan<int> present, ReadOnlySpan<ReadOnlyMemory<byte>> shares, byte x, Span<byte> value)
    {
        if (present.Length == 0 || present.Length != shares.Length)
            throw new ArgumentException("Each share needs its number.", nameof(shares));
        value.Clear();
        for (int i = 0; i < present.Length; i++)
        {
            if ((uint)present[i] >= SharesMax)
                throw new ArgumentException($"There is no share {present[i]}.", nameof(present));
            if (shares[i].Length != value.Length)
                throw new ArgumentException("All shares have the length of the secret.", nameof(shares));
            byte weight = 1;
            for (int j = 0; j < present.Length; j++)
            {
                if (j == i) continue;
                if (present[j] == present[i])
                    throw new ArgumentException($"Share {present[i]} was given twice.", nameof(present));
                byte distance = (byte)((present[i] + 1) ^ (present[j] + 1));
                weight = GaloisField.Multiply(
                    weight, GaloisField.Multiply((byte)(x ^ (present[j] + 1)), GaloisField.Invert(distance)));
            }
            ReadOnlySpan<byte> share = shares[i].Span;
            for (int at = 0; at < value.Length; at++) value[at] ^= GaloisField.MultiplySecret(share[at], weight);
        }
    }

    private static void ThrowIfWrong(int threshold, int shares)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, shares);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares, SharesMax);
    }
}
