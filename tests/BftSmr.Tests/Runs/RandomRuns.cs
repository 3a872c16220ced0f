using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>
/// Runs of random changes over few keys, many of which begin with others, and one of which is empty. Equal seeds, equal
/// runs.
/// </summary>
internal static class RandomRuns
{
    private const int KeyLengthMax = 4;

    /// <summary>Changes in the order of a run, as if they had been made one after the other.</summary>
    /// <param name="random">What they follow from.</param>
    /// <param name="changes">How many are made; later ones replace earlier ones.</param>
    /// <param name="before">Stands before each key.</param>
    public static List<Change> Next(Random random, int changes, string before = "")
    {
        SortedDictionary<string, Change> removals = new(StringComparer.Ordinal), others = new(StringComparer.Ordinal);
        for (int i = 0; i < changes; i++)
        {
            string key = before + Key(random);
            switch (random.Next(10))
            {
                case 0:
                    removals[key] = Change.RemoveAll(key);
                    foreach (string gone in others.Keys.Where(k => Begins(k, key)).ToList()) others.Remove(gone);
                    break;
                case < 4:
                    others[key] = Change.Remove(key);
                    break;
                default:
                    others[key] = Change.Put(key, new string((char)random.Next(256), random.Next(40)));
                    break;
            }
        }
        return InOrder([.. removals.Values, .. others.Values]);
    }

    /// <summary>Ascending, and of one key the removal of all first.</summary>
    public static List<Change> InOrder(IEnumerable<Change> changes) =>
        [.. changes.OrderBy(static c => c.Key, StringComparer.Ordinal)
            .ThenBy(static c => c.Kind == StateChangeKind.RemoveAll ? 0 : 1)];

    private static string Key(Random random)
    {
        char[] key = new char[random.Next(KeyLengthMax + 1)];
        for (int i = 0; i < key.Length; i++) key[i] = random.Next(3) switch { 0 => '\0', 1 => 'a', _ => '\u00ff' };
        return new string(key);
    }

    private static bool Begins(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal);
}
