using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Features.Memcache;

/// <summary>How what is known of caches is written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MemcacheServerReport[]))]
[JsonSerializable(typeof(MemcacheBenchReport))]
internal sealed partial class MemcacheJson : JsonSerializerContext;
