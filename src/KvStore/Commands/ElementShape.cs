using KvStore.State;

namespace KvStore.Commands;

/// <summary>What the elements of a value have in common.</summary>
/// <param name="Longest">The longest field, value or member; of a string its length; bytes.</param>
/// <param name="AreIntegers">Each is an integer of 64 bits in its shortest form.</param>
internal readonly record struct ElementShape(int Longest, bool AreIntegers)
{
    /// <summary>How many elements <see cref="Of"/> walks past.</summary>
    public static int StepsOf(KvEntry entry) =>
        entry.Collection is (KvHash or KvSet or KvSortedSet) and { Count: int count }
            && count <= KvLimits.DescribedElementsMax ? count : 0;

    /// <summary>
    /// The shape of what an entry holds. Of a list, and of a collection of more than
    /// <see cref="KvLimits.DescribedElementsMax"/> elements, nothing is told: length 0 and no integers.
    /// </summary>
    public static ElementShape Of(KvEntry entry) => entry.Collection switch
    {
        null => new ElementShape(entry.Bytes.Length, IntegerText.TryParse(entry.Bytes, out _)),
        { Count: > KvLimits.DescribedElementsMax } => default,
        KvHash hash => OfHash(hash),
        KvSet set => OfSet(set),
        KvSortedSet set => OfSortedSet(set),
        _ => default,
    };

    private static ElementShape OfHash(KvHash hash)
    {
        int longest = 0;
        for (CowTreeCursor<byte[]> cursor = hash.Walk(); cursor.MoveNext();)
            longest = Math.Max(longest, Math.Max(cursor.Key.Length, cursor.Value.Length));
        return new ElementShape(longest, AreIntegers: false);
    }

    private static ElementShape OfSet(KvSet set)
    {
        int longest = 0;
        bool areIntegers = true;
        for (CowTreeCursor<KvSet.Present> cursor = set.Walk(); cursor.MoveNext();)
        {
            longest = Math.Max(longest, cursor.Key.Length);
            areIntegers &= IntegerText.TryParse(cursor.Key, out _);
        }
        return new ElementShape(longest, areIntegers);
    }

    private static ElementShape OfSortedSet(KvSortedSet set)
    {
        int longest = 0;
        for (CowTreeCursor<double> cursor = set.Walk(); cursor.MoveNext();)
            longest = Math.Max(longest, cursor.Key.Length);
        return new ElementShape(longest, AreIntegers: false);
    }
}
