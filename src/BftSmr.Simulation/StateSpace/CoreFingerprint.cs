using System.Collections;
using System.Reflection;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Ordering.ModSmart.Synchronization;
using BftSmr.Requests;
using BftSmr.Settings;

namespace BftSmr.Simulation.StateSpace;

/// <summary>
/// A hash of all that a core holds, found by walking through its objects: two orders of the same votes that leave it in
/// the same state give the same hash. Times and what only paces proposals are left out, as nothing that is explored
/// depends on them.
/// </summary>
internal static class CoreFingerprint
{
    private static readonly Dictionary<Type, FieldInfo[]> s_fields = [];

    public static ulong Of(IReplicaCore core)
    {
        TraceHash hash = new();
        Add(ref hash, core, new Dictionary<object, int>(ReferenceEqualityComparer.Instance));
        return hash.Value;
    }

    private static void Add(ref TraceHash hash, object? value, Dictionary<object, int> seen)
    {
        switch (value)
        {
            case null:
                hash.Add(0L);
                return;
            case Request request:
                hash.Add(request.Digest.GetHashCode());
                return;
            case Batch batch:
                hash.Add(batch.Digest.GetHashCode());
                return;
            case PeerMessage message:
                hash.Add(ExploredMessage.HashOf(message));
                return;
            case Digest digest:
                Span<byte> bytes = stackalloc byte[Digest.Size];
                digest.CopyTo(bytes);
                hash.Add(bytes);
                return;
            case ReadOnlyMemory<byte> memory:
                hash.Add(memory.Span);
                return;
            case string text:
                hash.Add(text);
                return;
            case bool or byte or int or uint or long or ulong or Enum:
                hash.Add(value is ulong big
                    ? big
                    : (ulong)Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                return;
            case ReplicaContext or ReplicaSettings or IKeyring or BatchPacing or LeaderPatience or Quorums
                or OrderingProtocol or Delegate:
                return;
        }
        if (!value.GetType().IsValueType)
        {
            if (seen.TryGetValue(value, out int place))
            {
                hash.Add((long)place);
                return;
            }
            seen.Add(value, seen.Count);
        }
        if (value is IEnumerable items) AddItems(ref hash, items, seen);
        else AddFields(ref hash, value, seen);
    }

    private static void AddItems(ref TraceHash hash, IEnumerable items, Dictionary<object, int> seen)
    {
        bool isOrdered = items is not (IDictionary or ISet<ReplicaId> or ISet<int>)
            || items.GetType().Name.StartsWith("Sorted", StringComparison.Ordinal);
        ulong sum = 0;
        long count = 0;
        foreach (object? item in items)
        {
            count++;
            if (isOrdered)
            {
                Add(ref hash, item, seen);
                continue;
            }
            TraceHash one = new();
            Add(ref one, item, seen);
            sum += one.Value;
        }
        hash.Add(count);
        hash.Add(sum);
    }

    private static void AddFields(ref TraceHash hash, object value, Dictionary<object, int> seen)
    {
        foreach (FieldInfo field in FieldsOf(value.GetType())) Add(ref hash, field.GetValue(value), seen);
    }

    private const BindingFlags OwnFields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static FieldInfo[] FieldsOf(Type type)
    {
        if (s_fields.TryGetValue(type, out FieldInfo[]? known)) return known;
        List<FieldInfo> fields = [];
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            fields.AddRange(at.GetFields(OwnFields)
                .Where(static f => !f.Name.Contains("Micros", StringComparison.OrdinalIgnoreCase))
                .OrderBy(static f => f.Name, StringComparer.Ordinal));
        }
        return s_fields[type] = [.. fields];
    }
}
