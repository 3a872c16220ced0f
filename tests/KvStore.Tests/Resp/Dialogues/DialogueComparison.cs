using System.Net;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>Has the same dialogue with Redis and with a gateway, and compares what they reply.</summary>
internal sealed class DialogueComparison(EndPoint redis, EndPoint gateway, ListedDifference[] listed)
{
    private const string Closed = "(closed)";
    private const long ToleranceMillis = 10_000;

    /// <summary>
    /// Null if all replies are the same, up to the first that is a listed difference: behind it the two may hold other
    /// things. Otherwise what differs.
    /// </summary>
    public string? Compare(string[][] commands)
    {
        string[] theirs = Replies(redis, commands), ours = Replies(gateway, commands);
        List<string[]> queued = [];
        for (int i = 0; i < Math.Max(theirs.Length, ours.Length); i++)
        {
            string[] command = commands[i];
            string their = i < theirs.Length ? theirs[i] : "(nothing)", our = i < ours.Length ? ours[i] : "(nothing)";
            if (their == "+QUEUED\r\n") queued.Add(command);
            if (!IsSame(command, queued, their, our, out bool explained))
                return $"{DialogueText.Of(commands[..(i + 1)])}\nRedis:   {their}\ngateway: {our}";
            if (explained) return null;
            if (their.StartsWith("+OK", StringComparison.Ordinal) && Is(command, "multi")) queued.Clear();
        }
        return null;
    }

    /// <summary>The replies until the connection is closed.</summary>
    public static string[] Replies(EndPoint server, string[][] commands)
    {
        using RespTestClient client = new(server);
        client.Send(commands.SelectMany(RespTestClient.Encode).ToArray());
        List<string> replies = [];
        try
        {
            foreach (string[] _ in commands) replies.Add(client.ReadReply());
        }
        catch (Exception e) when (e is EndOfStreamException or IOException)
        {
            replies.Add(Closed);
        }
        return [.. replies];
    }

    private bool IsSame(string[] command, List<string[]> queued, string their, string our, out bool explained)
    {
        explained = false;
        if (their == our) return true;
        if (their[0] is '(' || our[0] is '(') return false;
        Reply a = Reply.Parse(their), b = Reply.Parse(our);
        if (!Is(command, "exec") || a.Kind != '*' || b.Kind != '*' || a.Items.Length != b.Items.Length
            || a.Items.Length != queued.Count) return IsSame(command, a, b, out explained);
        for (int i = 0; i < queued.Count; i++)
        {
            if (a.Items[i].Raw == b.Items[i].Raw) continue;
            if (!IsSame(queued[i], a.Items[i], b.Items[i], out explained)) return false;
            if (explained) return true;
        }
        return true;
    }

    private bool IsSame(string[] command, Reply their, Reply our, out bool explained)
    {
        explained = false;
        if (IsSameButForTheMoment(command, their, our)) return true;
        if (IsSameButForChance(command, their, our))
        {
            explained = Is(command, "spop"); // which leaves other members
            return true;
        }
        ListedDifference? row = listed.FirstOrDefault(row => row.Explains(command, their, our));
        explained = row is not null && row.Reply != ListedDifference.OtherOrder;
        return row is not null;
    }

    private static bool IsSameButForTheMoment(string[] command, Reply their, Reply our) =>
        command[0].ToUpperInvariant() switch
        {
            "TTL" or "EXPIRETIME" => AreClose(their, our, 1000),
            "PTTL" or "PEXPIRETIME" => AreClose(their, our, 1),
            "TIME" => their.Items.Length == 2 && our.Items.Length == 2,
            "CLIENT" => Is(command, 1, "id") && their.Integer > 0 && our.Integer > 0,
            // All but the number of the connection.
            "HELLO" => their.Items.Length == our.Items.Length && their.Items.Length == 14
                && Enumerable.Range(0, 14).All(i => i == 7 || their.Items[i].Raw == our.Items[i].Raw),
            _ => false,
        };

    private static bool IsSameButForChance(string[] command, Reply their, Reply our) =>
        command[0].ToUpperInvariant() is "SPOP" or "SRANDMEMBER" or "HRANDFIELD" or "ZRANDMEMBER" or "RANDOMKEY"
        && their.Kind is not '-' && their.Shape == our.Shape;

    private static bool AreClose(Reply their, Reply our, long unitMillis) =>
        their.Integer > 0 && our.Integer > 0
        && Math.Abs(their.Integer.Value - our.Integer.Value) * unitMillis <= ToleranceMillis;

    private static bool Is(string[] command, string name) => Is(command, 0, name);

    private static bool Is(string[] command, int index, string word) =>
        command.Length > index && command[index].Equals(word, StringComparison.OrdinalIgnoreCase);
}
