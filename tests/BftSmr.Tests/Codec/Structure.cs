using System.Collections;
using System.Reflection;
using BftCloud.Primitives;

namespace BftSmr.Tests.Codec;

/// <summary>Compares messages property by property, lists element by element, memory byte by byte.</summary>
internal static class Structure
{
    /// <summary>Null if equal, else the path to the first difference.</summary>
    public static string? Difference(object? left, object? right, string path = "")
    {
        if (left is null || right is null) return left is null && right is null ? null : path;
        if (left.GetType() != right.GetType() && left is not IEnumerable) return path;
        switch (left)
        {
            case ReadOnlyMemory<byte> memory:
                return memory.Span.SequenceEqual(((ReadOnlyMemory<byte>)right).Span) ? null : path;
            case Digest or Enum or IConvertible:
                return left.Equals(right) ? null : path;
            case IList list:
                IList other = (IList)right;
                if (list.Count != other.Count) return $"{path}.Count";
                for (int i = 0; i < list.Count; i++)
                {
                    if (Difference(list[i], other[i], $"{path}[{i}]") is { } difference) return difference;
                }
                return null;
            default:
                foreach (PropertyInfo property in Properties(left.GetType()))
                {
                    if (Difference(property.GetValue(left), property.GetValue(right),
                        $"{path}.{property.Name}") is { } difference) return difference;
                }
                return null;
        }
    }

    /// <summary>What a message carries.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .Where(p => p.Name != "EqualityContract" && p.GetIndexParameters().Length == 0)
        .Where(static p => p.SetMethod is not null || !p.PropertyType.IsAssignableTo(p.DeclaringType));
}
