namespace KvStore.Gateway.Scripts;

/// <summary>A call of a script failed, which ends it.</summary>
internal sealed class ScriptException(string command, string error) : Exception(error)
{
    /// <summary>The command that was called.</summary>
    public string Command { get; } = command;
}
