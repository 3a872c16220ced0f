using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace Memcache.Tests.Server.Hosting;

/// <summary>A warm server allocates nothing for an operation: sockets, loops and waiting included.</summary>
[Collection(AloneCollection.Name)]
public sealed class ServerAllocationTests(ITestOutputHelper output)
{
    /// <summary>The process has timers and a test's runner beside the server.</summary>
    private const long BytesMax = 4000;

    private const int OperationsOfRound = 20_000, Rounds = 5;

    [Fact]
    public async Task Operations_through_sockets_allocate_nothing()
    {
        await using MemcacheServer server = MemcacheServer.Start(new MemcacheServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Threads = 2,
        });
        // Two connections: one on each loop.
        using Client first = new(server), second = new(server);
        Work(first, second, OperationsOfRound);
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > BytesMax; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Work(first, second, OperationsOfRound);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        output.WriteLine($"{least} bytes for {OperationsOfRound} operations");
        Assert.InRange(least, 0, BytesMax);
    }

    private static void Work(Client first, Client second, int operations)
    {
        for (int i = 0; i < operations; i += 2)
        {
            first.Do(i);
            second.Do(i + 1);
        }
    }

    /// <summary>Commands and their replies, ready beforehand.</summary>
    private sealed class Client : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Patience.Time.TotalMilliseconds, NoDelay = true,
        };

        private readonly (byte[] Command, byte[] Reply)[] _operations;
        private readonly byte[] _received = new byte[64 << 10];

        public Client(MemcacheServer server)
        {
            string value = new('v', 1000), longer = new('w', 20_000);
            string keys = string.Concat(Enumerable.Range(0, 100).Select(static _ => " a"));
            string values = string.Concat(Enumerable.Range(0, 100).Select(static _ => "VALUE a 0 100\r\n"
                + $"{new string('x', 100)}\r\n"));
            _operations =
            [
                Of($"set a 0 0 100\r\n{new string('x', 100)}\r\n", "STORED\r\n"),
                Of("get a\r\n", $"VALUE a 0 100\r\n{new string('x', 100)}\r\nEND\r\n"),
                Of("mg a s q\r\nmn\r\n", "HD s100\r\nMN\r\n"),
                Of($"ms b 1000 T60\r\n{value}\r\n", "HD\r\n"),
                Of("get b missing\r\n", $"VALUE b 0 1000\r\n{value}\r\nEND\r\n"),
                Of($"get{keys}\r\n", $"{values}END\r\n"),
                Of($"set c 0 0 20000\r\n{longer}\r\n", "STORED\r\n"),
                Of("get c\r\n", $"VALUE c 0 20000\r\n{longer}\r\nEND\r\n"),
                Of("set n 0 0 1\r\n7\r\nincr n 1\r\ndelete n\r\n", "STORED\r\n8\r\nDELETED\r\n"),
            ];
            _socket.Connect(server.EndPoint);
        }

        public void Dispose() => _socket.Dispose();

        /// <summary>One operation; every third command comes in two pieces.</summary>
        public void Do(int number)
        {
            (byte[] command, byte[] reply) = _operations[number / 2 % _operations.Length];
            int half = number % 3 == 0 ? command.Length / 2 : 0;
            Send(command.AsSpan(0, half));
            Send(command.AsSpan(half));
            int count = 0;
            while (count < reply.Length) count += _socket.Receive(_received.AsSpan(count));
            if (!_received.AsSpan(0, count).SequenceEqual(reply)) throw new InvalidOperationException("A wrong reply.");
        }

        private void Send(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
        }

        private static (byte[] Command, byte[] Reply) Of(string command, string reply) =>
            (Encoding.ASCII.GetBytes(command), Encoding.ASCII.GetBytes(reply));
    }
}
