using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace BftCloud.Primitives;

/// <summary>
/// A set of replicas, immutable, one bit for each: at most <see cref="ReplicasMax"/>. The default is the empty set.
/// Enumerates in ascending order, without allocating.
/// <para>Invariants: a replica that a set is made of has a position from 0 to <see cref="ReplicasMax"/> - 1; only a set
/// that has members has a first one.</para>
/// </summary>
internal readonly record struct ReplicaSet
{
    /// <summary>The largest membership.</summary>
    public const int ReplicasMax = 64;

    private readonly ulong _bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReplicaSet(ulong bits) => _bits = bits;

    /// <summary>No replica.</summary>
    public static ReplicaSet Empty => default;

    /// <summary>Bit i is set if replica i is a member. For codecs and atomic words.</summary>
    public ulong Bits => _bits;

    /// <summary>How many replicas are members.</summary>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitOperations.PopCount(_bits);
    }

    /// <summary>Whether no replica is a member.</summary>
    public bool IsEmpty => _bits == 0;

    /// <summary>The member with the lowest position. The set must have one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaId First()
    {
        Invariant.Holds(_bits != 0, "a set whose first member is asked for is not empty");
        return new ReplicaId(BitOperations.TrailingZeroCount(_bits));
    }

    /// <summary>The set of one replica.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReplicaSet Of(ReplicaId replica) => new(BitOf(replica));

    /// <summary>All replicas of a membership of <paramref name="replicas"/>, from 1 to 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReplicaSet AllOf(int replicas)
    {
        Invariant.Holds(
            (uint)(replicas - 1) < ReplicasMax, "a membership has from 1 to 64 replicas");
        return new ReplicaSet(ulong.MaxValue >> (ReplicasMax - replicas));
    }

    /// <summary>The set with these bits, each of which is a replica.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReplicaSet FromBits(ulong bits) => new(bits);

    /// <summary>The set with these bits. False if one is not of a membership of <paramref name="replicas"/>.</summary>
    public static bool TryFromBits(ulong bits, int replicas, out ReplicaSet set)
    {
        bool areMembers = (bits & ~AllOf(replicas)._bits) == 0;
        set = areMembers ? new ReplicaSet(bits) : default;
        return areMembers;
    }

    /// <summary>Whether the replica is a member.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ReplicaId replica) => (_bits & BitOf(replica)) != 0;

    /// <summary>This set and one more replica.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaSet With(ReplicaId replica) => new(_bits | BitOf(replica));

    /// <summary>This set but for one replica.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaSet Without(ReplicaId replica) => new(_bits & ~BitOf(replica));

    /// <summary>The members of either set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaSet Union(ReplicaSet other) => new(_bits | other._bits);

    /// <summary>The members of both sets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaSet Intersect(ReplicaSet other) => new(_bits & other._bits);

    /// <summary>The members of this set that are not in the other one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplicaSet Except(ReplicaSet other) => new(_bits & ~other._bits);

    /// <summary>Whether every member is in the other set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSubsetOf(ReplicaSet other) => (_bits & ~other._bits) == 0;

    /// <summary>Enumerates the members in ascending order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Enumerator GetEnumerator() => new(_bits);

    /// <summary>The positions of the members, as in <c>{0, 2}</c>.</summary>
    public override string ToString()
    {
        List<int> members = [];
        foreach (ReplicaId member in this) members.Add(member.Value);
        return $"{{{string.Join(", ", members)}}}";
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BitOf(ReplicaId replica)
    {
        Invariant.Holds((uint)replica.Value < ReplicasMax, "a replica of a set has a position below 64");
        return 1ul << replica.Value;
    }

    /// <summary>Walks over the members.</summary>
    [SuppressMessage("Performance", "CA1815", Justification = "No code compares enumerators.")]
    public struct Enumerator
    {
        private ulong _rest;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Enumerator(ulong bits) => _rest = bits;

        /// <summary>The member at hand.</summary>
        public ReplicaId Current { get; private set; }

        /// <summary>Goes on to the next member. False if there is none.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext()
        {
            if (_rest == 0) return false;
            Current = new ReplicaId(BitOperations.TrailingZeroCount(_rest));
            _rest &= _rest - 1;
            return true;
        }
    }
}
