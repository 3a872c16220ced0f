using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace BftCloud.Common;

/// <summary>
/// What <c>--json</c> prints: one report on a line. Each folder describes its own reports in a serializer context of
/// its own, and hands over the description with the report. So there is no list of reports that a service has to join.
/// </summary>
internal static class JsonOutput
{
    public static void Write<T>(T report, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(report, type));
}
