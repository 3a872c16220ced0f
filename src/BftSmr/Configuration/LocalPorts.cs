using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace BftSmr.Configuration;

/// <summary>
/// Free TCP ports of this machine's loopback interface. They are below the range that systems hand to outgoing
/// connections (from 32768 on Linux): a replica that is down finds its port free when it comes back. They are taken one
/// after the other from a random start, so that clusters made at the same time do not get the same ones.
/// </summary>
internal static class LocalPorts
{
    private const int First = 10_000;
    private const int End = 32_768;

    private static readonly Lock Gate = new();
    private static int _next = RandomNumberGenerator.GetInt32(First, End);

    /// <summary>As many different ports, free at this moment.</summary>
    /// <exception cref="IOException">There are not that many.</exception>
    public static int[] Take(int count)
    {
        List<int> ports = [];
        lock (Gate)
        {
            for (int tries = First; tries < End && ports.Count < count; tries++)
            {
                if (IsFree(_next)) ports.Add(_next);
                _next = _next + 1 == End ? First : _next + 1;
            }
        }
        return ports.Count == count
            ? [.. ports]
            : throw new IOException(
                $"There are no {count} free TCP ports on 127.0.0.1. Stop a program that listens there.");
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
