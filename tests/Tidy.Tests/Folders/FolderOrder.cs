namespace Tidy.Tests.Folders;

/// <summary>
/// The folders of each project from the lowest to the highest, as ARCHITECTURE.md draws them. A folder names types of
/// its own line and of lines before it. The folders of one line know nothing of each other. '.' is the project's root.
/// </summary>
internal static class FolderOrder
{
    public static IReadOnlyDictionary<string, string[]> Declared { get; } = new Dictionary<string, string[]>
    {
        ["BftCloud.Primitives"] =
        [
            "Cryptography Diagnostics Files Settings",
            "Membership",
            "Encoding Merkle",
        ],
        ["BftCloud.Links"] = ["Sockets", "Transport"],
        ["BftCloud.Simulation"] = ["Checking Random Traces", "Time"],
        ["BftSmr"] =
        [
            "Abstractions",
            "Runs",
            "Diagnostics Messages",
            "Keys Settings",
            "Codec",
            "Authentication",
            "Core",
            "Service Sessions",
            "Requests Checkpoints Instances",
            "CatchUp",
            "Ordering",
            "Ordering/ModSmart/Recovery",
            "Ordering/ModSmart/Consensus",
            "Ordering/ModSmart/Synchronization",
            "Ordering/ModSmart",
            "Ordering/Protocols",
            "Execution Reads",
            "Ingress",
            ".",
            "Storage",
            "Configuration",
            "Client/Core",
            "Client",
            "Hosting",
        ],
        ["BftCloud"] =
        [
            "Common",
            "Monitoring Inspect Sim",
            "Processes Replica",
            "Bench Chaos Cluster Dashboard",
            "Features",
            "Features/Counter Features/DepSky Features/Echo Features/Kv Features/Memcache",
            ".",
        ],
        ["BftSmr.Simulation"] =
        [
            "Cryptography Storage Time Timelines Workload",
            "Adversaries Checking Network StateSpace",
            "Clients Replicas",
            "Faults",
            "Options",
            "Pages",
            "Clusters",
            "Floors",
            "Campaigns",
        ],
        ["DepSky"] =
        [
            "Clouds/Abstractions Coding",
            "Clouds/Http Model Secrets",
            "Clouds Clouds/Faults Protocol",
            "Client",
            "Configuration",
        ],
        ["KvStore"] =
        [
            ".",
            "Operations",
            "Client State",
            "Caching Commands Health",
            "StateMachine",
        ],
        ["Memcache"] = ["Server/Store", "Server/Protocol", "Server/Hosting"],
        ["Memcache.Client"] = ["Protocol Servers", "Client", "Caching Health Sealing"],
        ["KvStore.Gateway"] = ["Protocol Details", ".", "Scripts", "Commands", "Hosting"],
    };
}
