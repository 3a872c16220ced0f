using System.Text;

namespace KvStore;

/// <summary>A key or value: any bytes. Text becomes UTF-8 by itself.</summary>
public readonly struct KvBytes : IEquatable<KvBytes>
{
    /// <summary>The bytes. They must not change before the operation has completed.</summary>
    public KvBytes(ReadOnlyMemory<byte> bytes) => Memory = bytes;

    /// <summary>The text in UTF-8.</summary>
    public KvBytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Memory = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>The text in UTF-8.</summary>
    public static implicit operator KvBytes(string text) => new(text);

    /// <summary>The bytes.</summary>
    public static implicit operator KvBytes(byte[] bytes) => new(bytes);

    /// <summary>The bytes.</summary>
    public static implicit operator KvBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The same bytes.</summary>
    public static bool operator ==(KvBytes left, KvBytes right) => left.Equals(right);

    /// <summary>Not the same bytes.</summary>
    public static bool operator !=(KvBytes left, KvBytes right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(KvBytes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KvBytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes read as UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
