using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BftCloud.Primitives;
using BftSmr.Hosting;
using Microsoft.Extensions.Logging;

namespace BftSmr.Tests.Hosting;

/// <summary>A replica that breaks while it is being started still is a replica, which says what broke.</summary>
public sealed class FailureAtStartTests
{
    /// <summary>Nothing can be sent there by TCP, which the operating system says at once.</summary>
    private const string UnusedAddress = "224.0.0.1:9";

    [Fact]
    public async Task A_replica_that_has_ended_before_its_start_was_complete_says_what_ended_it()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await using (BftClient client = await cluster.ConnectAsync()) await TestCluster.AppendAsync(client, ["word"]);
        await cluster.WaitForAsync(1, static s => s.ExecutedOperations > 0);
        await cluster.StopReplicaAsync(1);

        ClusterConfiguration configuration = cluster.Cluster.Configuration;
        BftReplicaOptions options = new()
        {
            Cluster = configuration with
            {
                Replicas =
                [
                    configuration.Replicas[0] with { PeerAddress = UnusedAddress },
                    .. configuration.Replicas.Skip(1),
                ],
            },
            Self = new ReplicaId(1),
            Key = cluster.Cluster.ReplicaKeys[1],
            DataDirectory = cluster.DataOf(1),
            LoggerFactory = new SlowLog(IPEndPoint.Parse(configuration.Replicas[1].PeerAddress)),
        };
        await using BftReplica replica = await BftReplica.StartAsync(options, new ThrowingService());
        await Assert.ThrowsAsync<StateMachineException>(() => replica.Completion.WaitAsync(Patience.Time));

        await cluster.StartReplicaAsync(1); // what the other one had is free again
        await cluster.WaitForAsync(1, static s => s.StateDigest == RegisterService.DigestOf(["word"]));
    }

    /// <summary>
    /// Takes, for a line about a connection that failed, until no socket listens at an address any more. A replica that
    /// starts dials, and so is held up until the end.
    /// </summary>
    private sealed class SlowLog(IPEndPoint until) : ILoggerFactory, ILogger
    {
        private const int CannotConnect = 2;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != CannotConnect) return;
            long start = Stopwatch.GetTimestamp();
            while (IsListening() && Stopwatch.GetElapsedTime(start) < Patience.Time) Thread.Yield();
        }

        public void Dispose()
        {
        }

        private bool IsListening()
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(until);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
