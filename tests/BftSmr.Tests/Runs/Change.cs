using System.Text;
using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>A change whose key and value are texts: each character is a byte.</summary>
internal readonly record struct Change(StateChangeKind Kind, string Key, string Value = "")
{
    public static Change Put(string key, string value) => new(StateChangeKind.Put, key, value);

    public static Change Remove(string key) => new(StateChangeKind.Remove, key);

    public static Change RemoveAll(string prefix) => new(StateChangeKind.RemoveAll, prefix);

    public static string TextOf(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] BytesOf(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>All changes that are left.</summary>
    public static List<Change> AllOf(RunCursor cursor)
    {
        List<Change> changes = [];
        while (cursor.MoveNext()) changes.Add(new Change(cursor.Kind, TextOf(cursor.Key), TextOf(cursor.Value)));
        return changes;
    }

    /// <summary>What the change makes of the records that older runs left.</summary>
    public void ApplyTo(SortedDictionary<string, string> records)
    {
        string key = Key;
        switch (Kind)
        {
            case StateChangeKind.RemoveAll:
                foreach (string gone in records.Keys.Where(k => k.StartsWith(key, StringComparison.Ordinal)).ToList())
                    records.Remove(gone);
                break;
            case StateChangeKind.Remove:
                records.Remove(key);
                break;
            default:
                records[key] = Value;
                break;
        }
    }

    /// <summary>
    /// Applies runs, oldest first. A removal of all takes out nothing of its own run, wherever it stands in it.
    /// </summary>
    public static void Apply(SortedDictionary<string, string> records, IEnumerable<Change> run)
    {
        List<Change> changes = [.. run];
        foreach (Change change in changes.Where(static c => c.Kind == StateChangeKind.RemoveAll))
            change.ApplyTo(records);
        foreach (Change change in changes.Where(static c => c.Kind != StateChangeKind.RemoveAll))
            change.ApplyTo(records);
    }
}
