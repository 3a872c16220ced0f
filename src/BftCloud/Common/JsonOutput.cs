using System.Text.Json;
using System.Text.Json.Serialization;
using BftCloud.Bench;
using BftCloud.Features.DepSky;
using BftCloud.Features.Kv;
using BftCloud.Inspect;
using BftCloud.Monitoring;
using BftCloud.Processes;
using BftCloud.Sim;

namespace BftCloud.Common;

/// <summary>How objects are written as JSON: camelCase, indented by nothing, null as null.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CheckpointReport))]
[JsonSerializable(typeof(DepSkyBenchReport))]
[JsonSerializable(typeof(DepSkyObjectReport))]
[JsonSerializable(typeof(List<DepSkyObjectReport>))]
[JsonSerializable(typeof(List<DepSkyVerification>))]
[JsonSerializable(typeof(List<KvListing>))]
[JsonSerializable(typeof(LogReport))]
[JsonSerializable(typeof(ReplicaReport))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(MachineReport))]
[JsonSerializable(typeof(SimReport))]
[JsonSerializable(typeof(SimCampaignReport))]
[JsonSerializable(typeof(ClusterReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class JsonOutput : JsonSerializerContext;
