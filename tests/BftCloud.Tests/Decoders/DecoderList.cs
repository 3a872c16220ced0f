namespace BftCloud.Tests.Decoders;

/// <summary>
/// Everything in the program and in the simulator that reads raw input: the fuzz target that covers it, or in
/// parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> OfProgram { get; } = new Dictionary<string, string>
    {
        ["Duration.TryParse"] = "time",
        ["Duration.Parse"] = "time",
        ["SeedRange.Parse"] = "seeds",
        ["FaultKindsOption.Parse"] = "kinds of faults",
        ["ChaosManifest.Load"] = "chaos manifest",
        ["ReplicaPages.OpenAsync"] = "request for a page",
        ["RequestHead.Parse"] = "request for a page",
        ["EmbeddedFile.Read"] = "(reads the program's own files)",
        ["BenchReportFile.Load"] = "report of a benchmark",
        ["MemcacheBenchKeys.Parse"] = "keys of a benchmark",
        ["MemcacheUserFile.Load"] = "(the bytes of a file, for the server's own reader of users)",
        ["MemcacheUserFile.LoadFirst"] = "(a line of text, divided at its first colon)",
        ["CounterStateMachine.Load"] = "(a snapshot that f+1 replicas have signed)",
        ["GeneratedContent.Read"] = "(makes bytes)",
        ["PasswordFile.Load"] = "(a line of text, compared as it is; PasswordFileTests)",
        ["ClusterClient.Open"] = "(reads client.json and cluster.json, which BftSmr fuzzes)",
    };

    public static IReadOnlyDictionary<string, string> OfSimulator { get; } = new Dictionary<string, string>
    {
        ["SavedSimulation.Read"] = "saved simulation",
        ["ReplicaIdConverter.Read"] = "saved simulation",
        ["ShareConverter.Read"] = "saved simulation",
        ["RegisterOperation.Decode"] = "(the simulator's own operations)",
    };
}
