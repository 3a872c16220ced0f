namespace Memcache.Server.Protocol;

/// <summary>What md and ma ask of a line before they read its flags.</summary>
internal static class MetaLine
{
    /// <summary>What is wrong; empty if nothing is.</summary>
    public static ReadOnlySpan<byte> Check(in Tokens tokens)
    {
        if (tokens.Count < 2) return Texts.Error;
        if (tokens[1].Length > Exchange.KeyBytesMax) return Texts.BadFormat;
        return tokens.Count > MetaFlags.WordsMax ? Texts.FlagsTooLong : [];
    }
}
