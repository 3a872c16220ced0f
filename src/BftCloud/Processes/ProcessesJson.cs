using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Processes;

/// <summary>How the status of a cluster is written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ClusterReport))]
internal sealed partial class ProcessesJson : JsonSerializerContext;
