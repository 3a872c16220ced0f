using System.Security.Cryptography;
using System.Text;
using KvStore.Gateway.Scripts;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>Scripts that the gateway knows.</summary>
internal static class ScriptTexts
{
    /// <summary>All.</summary>
    public static string[] All { get; } = [.. KnownScripts.Texts];

    /// <summary>Those that no argument makes fail outside of a call, where Lua's own errors would show.</summary>
    public static string[] Robust { get; } = [.. All.Where(static script =>
        !script.Contains("expiration", StringComparison.Ordinal)
        && !script.Contains("setArgs", StringComparison.Ordinal))];

#pragma warning disable CA5350 // Redis' name for a script.
    public static string Sha1Of(string script) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.Latin1.GetBytes(script)));
#pragma warning restore CA5350
}
