using System.Text;
using BftCloud.Primitives;
using BftSmr.Runs;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr.Tests.Sessions;

/// <summary>A replica's own records, as the checkpoints of a state leave them one after the other.</summary>
internal sealed class SavedRecords
{
    private readonly SortedDictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    public int Bytes => _records.Sum(static record => record.Key.Length + record.Value.Length);

    /// <summary>In the order of their keys, as a load gives them.</summary>
    public IReadOnlyList<StateRecord> All =>
        [.. _records.Select(static r => new StateRecord(Encoding.Latin1.GetBytes(r.Key), r.Value))];

    public void Clear() => _records.Clear();

    /// <summary>A checkpoint of the state.</summary>
    /// <returns>What was touched, as bytes of a run.</returns>
    public byte[] Take(ReplicatedState state)
    {
        ByteBuffer run = new();
        ChangedRecords touched = ReplicatedRecords.TakeTouched(state);
        while (touched.MoveNext())
        {
            RunFormat.Write(touched, run);
            string key = Encoding.Latin1.GetString(touched.Key);
            if (touched.Kind == StateChangeKind.Put) _records[key] = touched.Value.ToArray();
            else _records.Remove(key);
        }
        return run.Written.ToArray();
    }

    /// <summary>A state that is loaded from them.</summary>
    public ReplicatedState Load(ReplicaSettings settings)
    {
        Assert.True(ReplicatedRecords.TryLoad(All, settings, out ReplicatedState? state), "What was saved is loaded.");
        return state;
    }
}
