using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Bench;

/// <summary>How the reports of benchmarks are written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(BenchPage))]
[JsonSerializable(typeof(MachineReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
