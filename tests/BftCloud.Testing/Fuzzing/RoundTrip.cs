using FsCheck;
using FsCheck.Fluent;

namespace BftCloud.Testing.Fuzzing;

/// <summary>What was encoded is accepted, and is encoded again as the same bytes.</summary>
internal static class RoundTrip
{
    public static void Check(FuzzTarget target)
    {
        Arbitrary<int> seeds = Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary();
        Prop.ForAll(seeds, seed =>
        {
            byte[] encoded = target.Valid(new Random(seed));
            if (!target.Accepts([.. encoded])) return false.Label($"{target}: refused");
            byte[]? again = target.Again is not null ? target.Again(encoded) : target.Normal?.Invoke(encoded);
            bool isSame = again is null || again.AsSpan().SequenceEqual(encoded);
            return isSame.Label($"{target}: encoded differently the second time");
        }).QuickCheckThrowOnFailure();
    }
}
