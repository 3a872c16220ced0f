using System.Text;

namespace KvStore.Gateway.Scripts;

/// <summary>
/// The normal form of a script: its tokens, with the names of its local variables numbered, commands in lower case, and
/// without comments, semicolons, and parentheses around a whole condition. Two scripts of the same normal form do the
/// same.
/// </summary>
internal sealed class ScriptText
{
    private readonly List<string> _tokens = [];
    private readonly List<int> _lines = [];
    private readonly Dictionary<string, int> _calls = [];

    private ScriptText(ReadOnlySpan<byte> script)
    {
        Split(Encoding.Latin1.GetString(script));
        LowerCommands();
        NumberLocals();
        DropParentheses();
        DropElse();
        Form = string.Join(' ', _tokens);
    }

    /// <summary>The normal form.</summary>
    public string Form { get; }

    public static ScriptText Of(ReadOnlySpan<byte> script) => new(script);

    /// <summary>The line, from 1 on, on which the script first calls a command, whose name is in lower case.</summary>
    public int LineOf(string command) => _calls.GetValueOrDefault(command, 1);

    private void Split(string text)
    {
        int line = 1;
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            if (char.IsWhiteSpace(text[i]) || text[i] == ';') i++;
            else if (text.AsSpan(i).StartsWith("--[=")) i = SplitWhile(text, i, IsOfLongComment, line);
            else if (text.AsSpan(i).StartsWith("--[[")) i = EndOf(text, i, "]]");
            else if (text.AsSpan(i).StartsWith("--")) i = EndOf(text, i, "\n");
            else if (text[i] is '"' or '\'') i = SplitString(text, i, line);
            else if (IsWord(text[i])) i = SplitWhile(text, i, IsWord, line);
            else i = SplitWhile(text, i, static c => c is '=' or '~' or '<' or '>' or '.', line);
            line += text.AsSpan(start, i - start).Count('\n');
        }
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>What begins a comment in levels, which no known script has.</summary>
    private static bool IsOfLongComment(char c) => c is '-' or '[' or '=';

    private static int EndOf(string text, int start, string end)
    {
        int at = text.IndexOf(end, start, StringComparison.Ordinal);
        return at < 0 ? text.Length : at + end.Length;
    }

    /// <summary>Adds a run of such characters, or one of another kind.</summary>
    private int SplitWhile(string text, int start, Func<char, bool> belongs, int line)
    {
        int end = start;
        while (end < text.Length && belongs(text[end])) end++;
        end = Math.Max(end, start + 1);
        Add(text[start..end], line);
        return end;
    }

    /// <summary>Adds a string in double quotes. One with escapes keeps its text, so that nothing else is like it.
    /// </summary>
    private int SplitString(string text, int start, int line)
    {
        int end = start + 1;
        while (end < text.Length && text[end] != text[start] && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
        end = Math.Min(end, text.Length);
        string content = text[(start + 1)..end];
        bool isPlain = end < text.Length && text[end] == text[start] && content.AsSpan().IndexOfAny('\\', '"') < 0;
        Add(isPlain ? $"\"{content}\"" : $"{text[start]}{content}\\", line);
        return Math.Min(end + 1, text.Length);
    }

    private void Add(string token, int line)
    {
        _tokens.Add(token);
        _lines.Add(line);
    }

    /// <summary>Names of commands, and their options, in any case are the same.</summary>
    private void LowerCommands()
    {
        for (int i = 0; i + 4 < _tokens.Count; i++)
        {
            if (_tokens[i] != "redis" || _tokens[i + 1] != "." || _tokens[i + 2] is not ("call" or "pcall")
                || _tokens[i + 3] != "(") continue;
            _calls.TryAdd(_tokens[i + 4].Trim('"').ToLowerInvariant(), _lines[i]);
            for (int j = i + 4, depth = 1; j < _tokens.Count && depth > 0; j++)
            {
                depth += _tokens[j] switch { "(" => 1, ")" => -1, _ => 0 };
                if (_tokens[j][0] == '"') _tokens[j] = _tokens[j].ToLowerInvariant();
            }
        }
    }

    private void NumberLocals()
    {
        Dictionary<string, string> names = [];
        for (int i = 0; i < _tokens.Count; i++)
        {
            bool isField = i > 0 && _tokens[i - 1] == ".";
            if (!isField && names.TryGetValue(_tokens[i], out string? name)) _tokens[i] = name;
            if (_tokens[i] is not ("local" or "for")) continue;
            for (i++; i < _tokens.Count && (_tokens[i] is "," or "function" || IsWord(_tokens[i][0])); i++)
            {
                if (_tokens[i] == "in") break;
                if (_tokens[i] is "," or "function") continue;
                if (!names.TryGetValue(_tokens[i], out name)) names[_tokens[i]] = name = $"${names.Count + 1}";
                _tokens[i] = name;
            }
            i--;
        }
    }

    /// <summary>Those around the whole condition of an if.</summary>
    private void DropParentheses()
    {
        for (int i = 0; i + 1 < _tokens.Count; i++)
        {
            if (_tokens[i] is not ("if" or "elseif") || _tokens[i + 1] != "(") continue;
            int depth = 1, j = i + 2;
            for (; j < _tokens.Count && depth > 0; j++) depth += _tokens[j] switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth > 0 || j >= _tokens.Count || _tokens[j] != "then") continue;
            _tokens.RemoveAt(j - 1);
            _tokens.RemoveAt(i + 1);
        }
    }

    /// <summary>At the end of a script, "return a else return b end" is "return a end return b".</summary>
    private void DropElse()
    {
        int at = _tokens.LastIndexOf("else"), length = _tokens.Count - at;
        bool isPlain = length == 4 || length == 5 && _tokens[at + 2] == "-";
        if (at < 0 || !isPlain || _tokens[at + 1] != "return" || _tokens[^1] != "end" || _tokens.Contains("elseif"))
            return;
        for (int i = at - 1; i >= 0 && _tokens[i] is not ("end" or "then" or "do"); i--)
        {
            if (_tokens[i] != "return") continue;
            _tokens[at] = "end";
            _tokens.RemoveAt(_tokens.Count - 1);
            return;
        }
    }
}
