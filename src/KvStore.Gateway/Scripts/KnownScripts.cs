using System.Security.Cryptography;
using System.Text;

namespace KvStore.Gateway.Scripts;

/// <summary>The scripts of <c>LockScripts.txt</c>, by their normal forms.</summary>
internal static class KnownScripts
{
    /// <summary>The longest script that is looked at, bytes.</summary>
    private const int BytesMax = 16 << 10;

    private const string Resource = "LockScripts.txt";

    private static readonly Lazy<Dictionary<string, Action<ScriptRun>>> s_byForm = new(Load);

    /// <summary>The scripts as they stand in the list.</summary>
    public static IEnumerable<string> Texts => Read().Select(static entry => entry.Script);

    /// <summary>The script if it is known.</summary>
    public static KnownScript? Find(ReadOnlySpan<byte> script)
    {
        if (script.Length > BytesMax) return null;
        ScriptText text = ScriptText.Of(script);
        return s_byForm.Value.TryGetValue(text.Form, out Action<ScriptRun>? action)
            ? new KnownScript(Sha1Of(script), text, action)
            : null;
    }

#pragma warning disable CA5350 // Redis' name for a script, which protects nothing.
    private static string Sha1Of(ReadOnlySpan<byte> script) => Convert.ToHexStringLower(SHA1.HashData(script));
#pragma warning restore CA5350

    private static Dictionary<string, Action<ScriptRun>> Load()
    {
        Dictionary<string, Action<ScriptRun>> byForm = [];
        foreach ((string action, string script) in Read())
            byForm[ScriptText.Of(Encoding.Latin1.GetBytes(script)).Form] = LockActions.Of(action);
        return byForm;
    }

    private static IEnumerable<(string Action, string Script)> Read()
    {
        using StreamReader reader = new(typeof(KnownScripts).Assembly.GetManifestResourceStream(Resource)!);
        string[] lines = reader.ReadToEnd().Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('@')) continue;
            string action = lines[i][1..].Trim();
            int end = i + 1;
            while (end < lines.Length && !lines[end].StartsWith('#')) end++;
            yield return (action, string.Join('\n', lines[(i + 1)..end]).Trim());
        }
    }
}
