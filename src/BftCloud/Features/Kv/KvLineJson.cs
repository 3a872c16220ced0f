using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Features.Kv;

/// <summary>How changes are written as JSON, without what does not apply.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KvChangeLine))]
internal sealed partial class KvLineJson : JsonSerializerContext;
