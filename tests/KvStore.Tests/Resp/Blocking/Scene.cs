using System.Net;
using KvStore.Tests.Resp.Dialogues;

namespace KvStore.Tests.Resp.Blocking;

/// <summary>
/// Several connections to one server, as a text of steps separated by " / ". Each step begins with the letter of a
/// connection: "A: get k" sends a command and reads its reply, and "A# hello 3" keeps it to itself. "A? blpop k 0"
/// sends one and sees that it waits, and "A!" reads the reply that it then has.
/// </summary>
internal sealed class Scene(EndPoint server) : IDisposable
{
    private readonly Dictionary<char, RespTestClient> _clients = [];
    private readonly RespTestClient _watcher = new(server);

    /// <summary>The replies that were read, one step's behind the other's.</summary>
    public string Play(string steps)
    {
        string replies = "";
        foreach (string step in steps.Split(" / "))
        {
            if (!_clients.TryGetValue(step[0], out RespTestClient? client))
                _clients[step[0]] = client = new RespTestClient(server);
            if (step[1] == '?')
            {
                int waiting = Waiting();
                client.Send([.. DialogueText.Parse(step[3..]).SelectMany(RespTestClient.Encode)]);
                AwaitWaiting(waiting + 1);
                continue;
            }
            if (step[1] is ':' or '#') client.Send(RespTestClient.Encode(DialogueText.Parse(step[3..])[0]));
            string reply = client.ReadReply();
            if (step[1] != '#') replies += $"{step[0]} {reply}";
        }
        return replies;
    }

    /// <summary>The connection of a letter.</summary>
    public RespTestClient this[char letter] => _clients[letter];

    /// <summary>Waits until so many clients of the server wait.</summary>
    public void AwaitWaiting(int count)
    {
        while (Waiting() != count) Thread.Yield();
    }

    public void Dispose()
    {
        _watcher.Dispose();
        foreach (RespTestClient client in _clients.Values) client.Dispose();
    }

    private int Waiting()
    {
        const string Field = "blocked_clients:";
        string info = _watcher.Call("info", "clients");
        int start = info.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        return int.Parse(info.AsSpan(start, info.IndexOf('\r', start) - start), null);
    }
}
