using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Features.DepSky;

/// <summary>How objects over clouds, and what is wrong with them, are written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DepSkyBenchReport))]
[JsonSerializable(typeof(DepSkyObjectReport))]
[JsonSerializable(typeof(DepSkyVerification))]
[JsonSerializable(typeof(DepSkyWorkReport))]
internal sealed partial class DepSkyJson : JsonSerializerContext;
