using System.Buffers;
using System.Globalization;
using System.Text;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>
/// A change as a line: the agreed time, what happened, the key and the value, with tabs between. Keys and values are
/// in quotes. No byte of theirs reaches the terminal unless it is plain text.
/// </summary>
internal static class KvChangeText
{
    public static string Of(KvChange change)
    {
        string time = change.Time is { } agreed
            ? agreed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : "-";
        string line = $"{time}\t{NameOf(change.Kind)}";
        return change.Kind switch
        {
            KvChangeKind.Begun => $"{line}\tevery change behind revision {change.Revision} follows",
            KvChangeKind.Missed =>
                $"{line}\t{change.Size} changes of all keys up to revision {change.Revision} are no longer kept",
            KvChangeKind.Cleared => line,
            KvChangeKind.Deleted or KvChangeKind.Expired => $"{line}\t{Quoted(change.Key.Span)}",
            KvChangeKind.String => $"{line}\t{Quoted(change.Key.Span)}\t{ValueOf(change)}",
            _ => $"{line}\t{Quoted(change.Key.Span)}\t{change.Size} elements",
        };
    }

    /// <summary>What happened, in a word.</summary>
    public static string NameOf(KvChangeKind kind) => kind switch
    {
        KvChangeKind.SortedSet => "sorted-set",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string ValueOf(KvChange change)
    {
        ReadOnlySpan<byte> value = change.Value is { } bytes ? bytes.Span : [];
        return value.Length < change.Size ? $"{Quoted(value)}... of {change.Size} bytes" : Quoted(value);
    }

    private static string Quoted(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new("\"");
        while (!bytes.IsEmpty)
        {
            bool isText = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            if (isText && IsPlain(rune)) text.Append(rune.Value is '"' or '\\' ? $"\\{rune}" : rune.ToString());
            else
            {
                foreach (byte one in bytes[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
            }
            bytes = bytes[length..];
        }
        return text.Append('"').ToString();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.Surrogate);
}
