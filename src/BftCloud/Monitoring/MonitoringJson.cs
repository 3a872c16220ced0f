using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Monitoring;

/// <summary>How replicas say where they stand in JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReplicaReport))]
[JsonSerializable(typeof(StartReport))]
internal sealed partial class MonitoringJson : JsonSerializerContext;
