using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Inspect;

/// <summary>How what files hold is written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CheckpointReport))]
[JsonSerializable(typeof(LogReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class InspectJson : JsonSerializerContext;
