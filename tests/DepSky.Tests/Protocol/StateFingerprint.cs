using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using BftCloud.Primitives;
using BftCloud.Simulation;
using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

/// <summary>
/// A hash of all that a core holds, found by walking through its fields. It refuses what is not data: delegates, tasks,
/// handles. Two ways that leave a core in the same state give the same hash.
/// </summary>
internal static class StateFingerprint
{
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_fields = [];

    public static ulong Of(object state)
    {
        TraceHash hash = new();
        Add(ref hash, state, state.GetType().Name, new Dictionary<object, int>(ReferenceEqualityComparer.Instance));
        return hash.Value;
    }

    private static void Add(ref TraceHash hash, object? value, string path, Dictionary<object, int> seen)
    {
        switch (value)
        {
            case null:
                hash.Add(0L);
                return;
            case string text:
                hash.Add(text);
                return;
            case bool or byte or ushort or int or uint or long or ulong or UInt128 or Enum:
                hash.Add(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                return;
            case ReadOnlyMemory<byte> memory:
                hash.Add(memory.Span);
                return;
            case byte[] bytes:
                hash.Add(bytes);
                return;
            case Digest or PublicKey:
                hash.Add(value.ToString()!);
                return;
            case KeyPair key:
                hash.Add(key.PublicKey.ToString()!);
                return;
        }
        Type type = value.GetType();
        bool isData = value is not (Delegate or Task or WaitHandle or WeakReference or Type) && !type.IsPointer;
        Assert.True(isData, $"{path} is a {type}, which is not data");
        if (!type.IsValueType && !seen.TryAdd(value, seen.Count))
        {
            hash.Add((long)seen[value]);
            return;
        }
        hash.Add(type.Name);
        if (value is IEnumerable items) AddItems(ref hash, items, path, seen);
        else AddFields(ref hash, value, path, seen);
    }

    private static void AddItems(ref TraceHash hash, IEnumerable items, string path, Dictionary<object, int> seen)
    {
        string type = items.GetType().Name;
        bool isOrdered = !type.StartsWith("Dictionary", StringComparison.Ordinal)
            && !type.StartsWith("HashSet", StringComparison.Ordinal);
        ulong sum = 0;
        long count = 0;
        foreach (object? item in items)
        {
            count++;
            TraceHash one = new();
            if (isOrdered) Add(ref hash, item, path + "[]", seen);
            else Add(ref one, item, path + "{}", seen);
            sum += one.Value;
        }
        hash.Add(count);
        if (!isOrdered) hash.Add(sum);
    }

    private static void AddFields(ref TraceHash hash, object value, string path, Dictionary<object, int> seen)
    {
        foreach (FieldInfo field in s_fields.GetOrAdd(value.GetType(), FieldsOf))
            Add(ref hash, field.GetValue(value), $"{path}.{field.Name}", seen);
    }

    private static FieldInfo[] FieldsOf(Type type)
    {
        const BindingFlags own =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        List<FieldInfo> fields = [];
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
            fields.AddRange(at.GetFields(own));
        return [.. fields.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }
}
