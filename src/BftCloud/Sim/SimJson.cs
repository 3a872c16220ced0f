using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftCloud.Sim;

/// <summary>How the reports of simulations are written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SimReport))]
[JsonSerializable(typeof(SimCampaignReport))]
[JsonSerializable(typeof(FloorReport))]
internal sealed partial class SimJson : JsonSerializerContext;
