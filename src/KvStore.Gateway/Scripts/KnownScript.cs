namespace KvStore.Gateway.Scripts;

/// <summary>A script that was sent, and that the gateway knows.</summary>
/// <param name="Sha1">Its name, in hexadecimal digits.</param>
/// <param name="Text">Its text.</param>
/// <param name="Action">What it does.</param>
internal sealed record KnownScript(string Sha1, ScriptText Text, Action<ScriptRun> Action)
{
    /// <summary>An error within a call of the script, as Redis tells it.</summary>
    public string ErrorAt(string command, string error) =>
        $"{error} script: {Sha1}, on @user_script:{Text.LineOf(command)}.";
}
