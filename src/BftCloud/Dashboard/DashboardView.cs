using System.Text.Json.Serialization;
using BftCloud.Monitoring;

namespace BftCloud.Dashboard;

/// <summary>What the page is sent.</summary>
/// <param name="Cluster">What does not change.</param>
/// <param name="Samples">From the oldest to the newest.</param>
/// <param name="Rejections">What the replicas dropped since their starts, the most frequent reason first.</param>
internal sealed record DashboardView(
    DashboardCluster Cluster, IReadOnlyList<ClusterSample> Samples, IReadOnlyList<RejectionCount> Rejections);

/// <summary>The cluster that is watched.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Service">The service it runs.</param>
/// <param name="Replicas">How many it has.</param>
/// <param name="SamplesMax">How many samples are kept.</param>
internal sealed record DashboardCluster(string Id, string Service, int Replicas, int SamplesMax);

/// <summary>The cluster at one time.</summary>
/// <param name="Number">Counts the samples.</param>
/// <param name="AtMs">When, milliseconds since the Unix epoch.</param>
/// <param name="Health">What is to be said of it.</param>
/// <param name="Regency">Its regency; null if no replica answers.</param>
/// <param name="Leader">The leader of that.</param>
/// <param name="OpsPerSecond">Operations executed since the sample before, by seconds.</param>
/// <param name="LatencyMs">Mean time from proposals to executions at the leader; null if there were none.</param>
/// <param name="RejectedPerSecond">Dropped input since the sample before, by seconds.</param>
/// <param name="Replicas">Each of them.</param>
internal sealed record ClusterSample(
    long Number, long AtMs, Health Health, long? Regency, int? Leader, double OpsPerSecond, double? LatencyMs,
    double RejectedPerSecond, IReadOnlyList<ReplicaSample> Replicas);

/// <summary>How the cluster is, in plain words.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Sentence">What is so.</param>
/// <param name="Advice">What to do, or what else to know.</param>
internal sealed record Health(HealthLevel Level, string Sentence, string Advice);

/// <summary>How bad it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HealthLevel>))]
internal enum HealthLevel
{
    /// <summary>All replicas agree.</summary>
    Good,

    /// <summary>The cluster works, with fewer faults left to tolerate.</summary>
    Warning,

    /// <summary>It does not work, or may not.</summary>
    Bad,
}

/// <summary>A replica at one time; facts that it did not tell are null.</summary>
/// <param name="State">How it stands to the others.</param>
/// <param name="Progress">How far it is on its way to taking part in full.</param>
/// <param name="Behind">Instances that it is behind the others.</param>
/// <param name="Regency">The regency it is in.</param>
/// <param name="LastExecuted">The last instance it executed.</param>
/// <param name="StableCheckpoint">Its newest stable checkpoint.</param>
/// <param name="Pending">Requests that wait for an order.</param>
/// <param name="Sessions">Open client sessions.</param>
/// <param name="CpuPercent">Of one processor, since the sample before.</param>
/// <param name="MemoryBytes">Memory of its process.</param>
/// <param name="DataBytes">Files of its data directory.</param>
/// <param name="FreeBytes">Room on the disk of that.</param>
/// <param name="UptimeSeconds">Since its process started.</param>
internal sealed record ReplicaSample(
    [property: JsonConverter(typeof(JsonStringEnumConverter<ReplicaState>))] ReplicaState State,
    ProgressReport? Progress, long? Behind, long? Regency, long? LastExecuted, long? StableCheckpoint, int? Pending,
    int? Sessions, double? CpuPercent, long? MemoryBytes, long? DataBytes, long? FreeBytes, double? UptimeSeconds);

/// <summary>How often input was dropped for one reason.</summary>
/// <param name="Reason">As metrics name it.</param>
/// <param name="Counts">By each replica; null for one that does not answer.</param>
internal sealed record RejectionCount(string Reason, IReadOnlyList<long?> Counts);
