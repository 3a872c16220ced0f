using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Features.Kv;

/// <summary>How keys and values are written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<KvListing>))]
internal sealed partial class KvJson : JsonSerializerContext;
