using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace BftCloud.Common;

/// <summary>
/// What <c>--json</c> prints: one report on a line. Each folder describes its own reports in a serializer context of
/// its own, and hands over the description with the report. So there is no list of reports that a service has to join.
/// </summary>
internal static class JsonOutput
{
    /// <summary>Reports that come one by one, as one array on one line; it is complete when this returns.</summary>
    public static async Task WriteArrayAsync<TItem, TReport>(
        IAsyncEnumerable<TItem> items, Func<TItem, TReport> reportOf, JsonTypeInfo<TReport> type,
        CancellationToken cancellationToken)
    {
        Console.Out.Write('[');
        bool isFirst = true;
        await foreach (TItem item in items.WithCancellation(cancellationToken))
        {
            if (!isFirst) Console.Out.Write(',');
            isFirst = false;
            Console.Out.Write(JsonSerializer.Serialize(reportOf(item), type));
        }
        Console.Out.WriteLine(']');
    }

    public static void Write<T>(T report, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(report, type));
}
