using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// The records of a state. Equal states have equal records. A key begins with what it is of:
/// <list type="bullet">
/// <item><see cref="Header"/>: one record with <see cref="Version"/> and what <see cref="StateHeader"/> has.</item>
/// <item><see cref="Page"/> and the revision of its first change: a page of <see cref="RecentChanges"/>, as it is.
/// </item>
/// <item><see cref="Entry"/> and the name of a key: the entry. In the value stand the key if it is hashed, the type,
/// the revision, the expiry or nil, then a string's bytes or the number of elements, for a list the position of the
/// first before it.</item>
/// <item>The key of an entry's record and the name of a label: an element of that entry. In the value stand the label
/// if it is hashed, then a field's value, a score's bits, or a list's element.</item>
/// </list>
/// The name of a key is <see cref="Short"/>, its bytes with <see cref="Escape"/> behind each zero, and two zeros; or
/// <see cref="Hashed"/> and the hash. So names of keys are ordered as the keys, and none is the beginning of another.
/// The name of a label is <see cref="Short"/> and its bytes, or <see cref="Hashed"/> and the hash.
/// </summary>
internal static class RecordFormat
{
    /// <summary>Changes when the format does.</summary>
    public const int Version = 1;

    public const byte Header = 0, Page = 1, Entry = 2;

    public const byte Short = 1, Hashed = 2;

    public const byte Escape = 1;

    private const byte End = 0;

    public static void WriteHeader(ByteBuffer key) => Write(key, Header);

    public static void WritePage(ByteBuffer key, long firstRevision)
    {
        Write(key, Page);
        BinaryPrimitives.WriteInt64BigEndian(key.GetSpan(sizeof(long)), firstRevision);
        key.Advance(sizeof(long));
    }

    /// <summary>What all keys of entries and elements begin with.</summary>
    public static void WriteEntries(ByteBuffer key) => Write(key, Entry);

    public static void WriteEntry(ByteBuffer key, RecordName name)
    {
        Write(key, Entry);
        if (name.IsLong)
        {
            WriteHash(key, name.Hash);
            return;
        }
        Write(key, Short);
        ReadOnlySpan<byte> rest = name.Bytes;
        for (int zero = rest.IndexOf(End); zero >= 0; zero = rest.IndexOf(End))
        {
            key.Write(rest[..(zero + 1)]);
            Write(key, Escape);
            rest = rest[(zero + 1)..];
        }
        key.Write(rest);
        Write(key, End);
        Write(key, End);
    }

    /// <summary>Behind the key of the entry's record.</summary>
    public static void WriteElement(ByteBuffer key, RecordName label)
    {
        if (label.IsLong)
        {
            WriteHash(key, label.Hash);
            return;
        }
        Write(key, Short);
        key.Write(label.Bytes);
    }

    public static bool TryReadPage(ReadOnlySpan<byte> key, out long firstRevision)
    {
        firstRevision = 0;
        return key.Length == 1 + sizeof(long) && key[0] == Page
            && BinaryPrimitives.TryReadInt64BigEndian(key[1..], out firstRevision);
    }

    /// <summary>Reads the name in the key of an entry's record: the entry's key or its hash.</summary>
    /// <param name="key">All of the record's key.</param>
    /// <param name="name">Where the bytes of a short name go.</param>
    /// <param name="hash">The hash of a long one; null for a short one.</param>
    public static bool TryReadEntry(ReadOnlySpan<byte> key, ByteBuffer name, out Digest? hash)
    {
        name.Reset();
        hash = null;
        if (key.Length < 2 || key[0] != Entry) return false;
        ReadOnlySpan<byte> rest = key[2..];
        if (key[1] == Hashed) return TryReadHash(rest, out hash);
        if (key[1] != Short) return false;
        for (int zero = rest.IndexOf(End); zero >= 0 && zero + 1 < rest.Length; zero = rest.IndexOf(End))
        {
            name.Write(rest[..zero]);
            byte next = rest[zero + 1];
            rest = rest[(zero + 2)..];
            if (next == End) return rest.IsEmpty && !RecordName.IsLongName(name.Written);
            if (next != Escape) return false;
            Write(name, End);
        }
        return false;
    }

    /// <summary>How many bytes of the key of an element's or an entry's record are the key of the entry's.</summary>
    public static int EntryLength(ReadOnlySpan<byte> key)
    {
        if (key.Length < 2 || key[1] == Hashed) return Math.Min(key.Length, 2 + Digest.Size);
        for (int i = 2; i + 1 < key.Length; i++)
        {
            if (key[i] != End) continue;
            if (key[i + 1] == End) return i + 2;
            i++; // escaped
        }
        return key.Length;
    }

    /// <summary>Reads the name of a label, which stands behind the key of the entry's record.</summary>
    /// <param name="name">What stands there.</param>
    /// <param name="label">A short label.</param>
    /// <param name="hash">The hash of a long one; null for a short one.</param>
    public static bool TryReadElement(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> label, out Digest? hash)
    {
        label = default;
        hash = null;
        if (name.IsEmpty) return false;
        if (name[0] == Hashed) return TryReadHash(name[1..], out hash);
        label = name[1..];
        return name[0] == Short && !RecordName.IsLongName(label);
    }

    private static bool TryReadHash(ReadOnlySpan<byte> bytes, out Digest? hash)
    {
        hash = bytes.Length == Digest.Size ? new Digest(bytes) : null;
        return hash is not null;
    }

    private static void WriteHash(ByteBuffer key, Digest hash)
    {
        Write(key, Hashed);
        hash.CopyTo(key.GetSpan(Digest.Size));
        key.Advance(Digest.Size);
    }

    private static void Write(ByteBuffer key, byte value) => key.Write([value]);
}
