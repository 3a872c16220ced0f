using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Membership;

/// <summary>A set of replicas behaves as the set of their numbers.</summary>
public sealed class ReplicaSetTests
{
    [Fact]
    public void Every_operation_gives_what_it_gives_on_sets_of_numbers()
    {
        Random random = new(7);
        for (int i = 0; i < 2_000; i++)
        {
            ReplicaSet left = Any(random), right = Any(random);
            HashSet<int> lefts = [.. Members(left)], rights = [.. Members(right)];
            ReplicaId replica = new(random.Next(ReplicaSet.ReplicasMax));

            Assert.Equal(lefts.Count, left.Count);
            Assert.Equal(lefts.Count == 0, left.IsEmpty);
            Assert.Equal(lefts.Contains(replica.Value), left.Contains(replica));
            AssertMembers(lefts.Union([replica.Value]), left.With(replica));
            AssertMembers(lefts.Except([replica.Value]), left.Without(replica));
            AssertMembers(lefts.Union(rights), left.Union(right));
            AssertMembers(lefts.Intersect(rights), left.Intersect(right));
            AssertMembers(lefts.Except(rights), left.Except(right));
            Assert.Equal(lefts.IsSubsetOf(rights), left.IsSubsetOf(right));
            Assert.True(left.Intersect(right).IsSubsetOf(right));
            if (lefts.Count > 0) Assert.Equal(lefts.Min(), left.First().Value);
        }
    }

    [Fact]
    public void Sets_are_equal_if_they_have_the_same_members()
    {
        ReplicaSet one = ReplicaSet.Of(new ReplicaId(3)).With(new ReplicaId(0));
        ReplicaSet other = ReplicaSet.AllOf(4).Without(new ReplicaId(1)).Without(new ReplicaId(2));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, ReplicaSet.Empty);
        Assert.Equal("{0, 3}", one.ToString());
        Assert.Equal("{}", ReplicaSet.Empty.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(63)]
    [InlineData(64)]
    public void All_of_a_membership_are_its_first_positions(int replicas)
    {
        AssertMembers(Enumerable.Range(0, replicas), ReplicaSet.AllOf(replicas));
        Assert.True(ReplicaSet.TryFromBits(ReplicaSet.AllOf(replicas).Bits, replicas, out ReplicaSet all));
        Assert.Equal(ReplicaSet.AllOf(replicas), all);
    }

    [Theory]
    [InlineData(0b1_0000ul, 4)]
    [InlineData(ulong.MaxValue, 63)]
    [InlineData(1ul << 63, 7)]
    public void Bits_beyond_the_membership_are_no_set(ulong bits, int replicas)
    {
        Assert.False(ReplicaSet.TryFromBits(bits, replicas, out ReplicaSet set));
        Assert.True(set.IsEmpty);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    public void A_position_that_no_membership_has_breaks_an_invariant(int position)
    {
        ReplicaId replica = new(position);

        Assert.Throws<InvariantViolationException>(() => ReplicaSet.Of(replica));
        Assert.Throws<InvariantViolationException>(() => ReplicaSet.Empty.With(replica));
        Assert.Throws<InvariantViolationException>(() => ReplicaSet.Empty.Without(replica));
        Assert.Throws<InvariantViolationException>(() => ReplicaSet.Empty.Contains(replica));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65)]
    public void A_membership_that_cannot_be_breaks_an_invariant(int replicas) =>
        Assert.Throws<InvariantViolationException>(() => ReplicaSet.AllOf(replicas));

    [Fact]
    public void The_first_of_no_replica_breaks_an_invariant() =>
        Assert.Throws<InvariantViolationException>(static () => ReplicaSet.Empty.First());

    [Fact]
    public void Enumerating_allocates_nothing()
    {
        ReplicaSet all = ReplicaSet.AllOf(64);
        Assert.Equal(2_016, Sum(all));
        Assert.Equal(0, Allocations.Of(() => Sum(all)));
    }

    private static int Sum(ReplicaSet set)
    {
        int sum = 0;
        foreach (ReplicaId member in set) sum += member.Value;
        return sum;
    }

    private static ReplicaSet Any(Random random) =>
        ReplicaSet.FromBits((ulong)random.NextInt64() << 1 & (ulong)random.NextInt64() ^ (ulong)random.Next(2));

    private static List<int> Members(ReplicaSet set)
    {
        List<int> members = [];
        foreach (ReplicaId member in set) members.Add(member.Value);
        return members;
    }

    private static void AssertMembers(IEnumerable<int> expected, ReplicaSet set) =>
        Assert.Equal(expected.Order(), Members(set));
}
