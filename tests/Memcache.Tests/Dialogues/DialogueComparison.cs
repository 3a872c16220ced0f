using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Memcache.Tests.Dialogues;

/// <summary>Has the same dialogue with memcached and with this server, and compares what they reply.</summary>
internal static partial class DialogueComparison
{
    /// <summary>Seconds that the clocks of the two may be apart.</summary>
    private const long ToleranceSeconds = 2;

    /// <summary>
    /// Ends a value that lacks bytes: memcached keeps replies back while it waits for the rest of one.
    /// </summary>
    private static readonly string s_tail = string.Concat(Enumerable.Repeat(new string('x', 1500) + "\r\n", 4));

    /// <summary>All that a server replies until it closes the connection, or has answered all.</summary>
    public static string Replies(EndPoint server, string input)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(server);
        StringBuilder replies = new();
        byte[] buffer = new byte[64 << 10];
        try
        {
            socket.Send(Encoding.Latin1.GetBytes(input + s_tail));
            socket.Shutdown(SocketShutdown.Send);
            while (socket.Receive(buffer) is var count and > 0)
                replies.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // It closed with input unread.
        }
        return replies.ToString();
    }

    /// <summary>Whether they are the same, but for the moment and what the specification lists.</summary>
    public static bool AreSame(string theirs, string ours)
    {
        if (theirs == ours) return true;
        string[] a = Times().Split(Masked(theirs)), b = Times().Split(Masked(ours));
        if (a.Length != b.Length) return false;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i]) continue;
            if (!long.TryParse(a[i], out long x) || !long.TryParse(b[i], out long y)) return false;
            if (Math.Abs(x - y) > ToleranceSeconds) return false;
        }
        return true;
    }

    private static string Masked(string replies) => Over().Replace(Classes().Replace(replies, "cls=*"), " t*");

    [GeneratedRegex(@"(?:(?<= t)|(?<= l)|(?<=exp=)|(?<=la=))(-?\d+)")]
    private static partial Regex Times();

    [GeneratedRegex(@"cls=\d+")]
    private static partial Regex Classes();

    /// <summary>The time that is left of an item whose time is over; memcached counts below zero and wraps.</summary>
    [GeneratedRegex(@" t(?:4294\d{6}|0)\b")]
    private static partial Regex Over();
}
