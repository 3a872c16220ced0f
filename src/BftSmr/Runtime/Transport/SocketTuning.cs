namespace BftSmr.Runtime.Transport;

/// <summary>
/// Settings of the framework's sockets that matter to a process that mainly runs a replica or clients. They can only be made through
/// environment variables, and only before the process uses its first socket.
/// </summary>
internal static class SocketTuning
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// What arrives is processed on the thread that was told of its arrival, without a hand-over to the thread pool. Halves the time of a round
    /// trip and the processor time it takes; right as long as nobody blocks in a sink. A value that the user set stays.
    /// </summary>
    public static void ProcessWhereItArrives()
    {
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");
    }
}
