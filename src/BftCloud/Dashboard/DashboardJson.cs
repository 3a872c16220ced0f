using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Dashboard;

/// <summary>How the page is sent its data.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DashboardView))]
internal sealed partial class DashboardJson : JsonSerializerContext;
