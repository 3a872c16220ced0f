using System.Globalization;
using System.Text;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>
/// Dialogues as text: commands separated by "; ", words by blanks. A word may be quoted: "" is the empty one, and
/// within quotes \xNN stands for a byte.
/// </summary>
internal static class DialogueText
{
    public static string[][] Parse(string text)
    {
        List<string[]> commands = [];
        List<string> words = [];
        for (int i = 0; i < text.Length;)
        {
            if (text[i] == ' ')
            {
                i++;
            }
            else if (text[i] == ';')
            {
                commands.Add([.. words]);
                words.Clear();
                i++;
            }
            else
            {
                words.Add(Word(text, ref i));
            }
        }
        commands.Add([.. words]);
        return [.. commands];
    }

    public static string Of(IEnumerable<string[]> commands) => string.Join("; ", commands.Select(Of));

    public static string Of(string[] command) => string.Join(' ', command.Select(Quoted));

    private static string Word(string text, ref int i)
    {
        StringBuilder word = new();
        if (text[i] != '"')
        {
            while (i < text.Length && text[i] is not (' ' or ';')) word.Append(text[i++]);
            return word.ToString();
        }
        for (i++; text[i] != '"';)
        {
            if (text[i] == '\\' && text[i + 1] == 'x')
            {
                word.Append((char)byte.Parse(
                    text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                word.Append(text[i++]);
            }
        }
        i++;
        return word.ToString();
    }

    private static string Quoted(string word)
    {
        if (word.Length > 0 && word.All(static c => c is > ' ' and <= '~' and not ('"' or ';' or '\\' or '|')))
            return word;
        StringBuilder quoted = new("\"");
        foreach (char c in word)
        {
            if (c is >= ' ' and <= '~' and not ('"' or '\\' or '|')) quoted.Append(c);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
        }
        return quoted.Append('"').ToString();
    }
}
