using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using BftCloud.Primitives;
using BftSmr.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BftSmr.Tests.Hosting;

/// <summary>Four replicas and two clients as services of one host.</summary>
public sealed class GenericHostTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalCluster _local = LocalCluster.Create(clients: 2, adjust: static cluster => cluster with
    {
        Clients = [cluster.Clients[0], cluster.Clients[1] with { Rights = ClientRights.Read }],
    });
    private readonly ConcurrentQueue<BftReplicaChange> _changes = new();
    private readonly SemaphoreSlim _changed = new(0);

    public void Dispose()
    {
        _local.Dispose();
        _directory.Dispose();
        _changed.Dispose();
    }

    [Fact]
    public async Task Replicas_and_clients_run_in_a_host_that_sees_their_health_metrics_traces_and_changes()
    {
        ConcurrentBag<Activity> activities = [];
        using ActivityListener listener = Listener(activities);
        ConcurrentDictionary<string, double> measured = new();
        using MeterListener meters = Meters(measured);
        using IHost host = CreateHost();
        await host.StartAsync();
        BftClient client = host.Services.GetRequiredService<BftClient>();
        ActivityContext caller = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), default);
        using (Activity own = new Activity("caller").SetParentId(caller.TraceId, caller.SpanId).Start())
        {
            caller = own.Context;
            await client.InvokeAsync("word"u8.ToArray());
            Assert.Equal("word", Encoding.UTF8.GetString((await client.QueryAsync(default, s_patience)).Span));
        }
        Assert.Equal(4, host.Services.GetServices<BftReplicaHost>().Count());

        HealthReport healthy = await HealthAsync(host, HealthStatus.Healthy);
        Assert.Equal(["client", "replicas"], healthy.Entries.Keys.Order());
        await AssertOneTraceAsync(activities, caller);
        meters.RecordObservableInstruments();
        Assert.True(measured["bftsmr.client.operation.duration"] >= 2);
        Assert.True(measured["bftsmr.executed.operations"] >= 2);

        BftReplicaHost last = host.Services.GetServices<BftReplicaHost>().Last();
        await last.StopAsync(default);
        HealthReport report = await HealthAsync(host, HealthStatus.Unhealthy);
        Assert.Contains("has stopped", report.Entries["replicas"].Description, StringComparison.Ordinal);
        await client.InvokeAsync("again"u8.ToArray());
        BftReplicaChange degraded = await NextAsync(BftReplicaChangeKind.Degraded);
        Assert.Equal([new ReplicaId(3)], degraded.Unreachable);

        await host.StopAsync();
        Assert.All(
            host.Services.GetServices<BftReplicaHost>(),
            static h => Assert.True(h.Replica!.Completion.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_client_of_the_host_that_may_only_read_is_refused_a_command()
    {
        using IHost host = CreateHost();
        await host.StartAsync();
        await using BftClient reader = BftClient.Start(ClientOptions(1));
        Assert.Equal("", Encoding.UTF8.GetString((await reader.QueryAsync(default)).Span));
        BftNotPermittedException refused = await Assert.ThrowsAsync<BftNotPermittedException>(
            () => reader.InvokeAsync("word"u8.ToArray()));
        Assert.Contains("lacks the right 'write'", refused.Message, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_client_that_was_started_waits_for_the_replicas_as_long_as_each_operation_may_take()
    {
        await using BftClient client = BftClient.Start(ClientOptions(0));
        BftTimeoutException late = await Assert.ThrowsAsync<BftTimeoutException>(
            () => client.InvokeAsync("early"u8.ToArray(), TimeSpan.FromMilliseconds(50)));
        Assert.False(late.MayHaveExecuted);
        Task<ReadOnlyMemory<byte>> waiting = client.InvokeAsync("word"u8.ToArray());
        Assert.Equal(0, client.ConnectedReplicas);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.QueryAsync(default, TimeSpan.Zero));

        using IHost host = CreateHost();
        await host.StartAsync();
        Assert.Equal("1", Encoding.UTF8.GetString((await waiting).Span));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_replica_whose_service_refuses_its_options_does_not_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddBftReplica(_ => ReplicaOptions(0), static options =>
        {
            ServiceOptionReader reader = options.Read();
            throw ServiceOptionReader.Error("size", reader.Text("size", "is missing. Add it."));
        });
        using IHost host = builder.Build();
        ConfigurationException error = await Assert.ThrowsAsync<ConfigurationException>(() => host.StartAsync());
        Assert.Equal("size", error.Key);
    }

    private IHost CreateHost()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        for (int i = 0; i < _local.ReplicaKeys.Count; i++)
        {
            int id = i;
            DataDirectory.Initialize(_directory.At($"r{id}"));
            builder.Services.AddBftReplica(_ => ReplicaOptions(id), static _ => new RegisterService());
        }
        builder.Services.AddBftClient(_ => ClientOptions(0));
        builder.Services.AddHealthChecks()
            .AddCheck<BftReplicaHealthCheck>("replicas")
            .AddCheck<BftClientHealthCheck>("client");
        return builder.Build();
    }

    private BftReplicaOptions ReplicaOptions(int id) => new()
    {
        Cluster = _local.Configuration,
        Self = new ReplicaId(id),
        Key = _local.ReplicaKeys[id],
        DataDirectory = _directory.At($"r{id}"),
        OnChanged = change =>
        {
            _changes.Enqueue(change);
            _changed.Release();
        },
    };

    private BftClientOptions ClientOptions(int id) => new()
    {
        Cluster = _local.Configuration, ClientId = new ClientId(id), Key = _local.ClientKeys[id],
    };

    /// <summary>Waits until the host is as well as it should be; the deadline is only for what never comes.</summary>
    private static async Task<HealthReport> HealthAsync(IHost host, HealthStatus wanted)
    {
        using CancellationTokenSource patience = new(s_patience);
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        while (true)
        {
            HealthReport report = await health.CheckHealthAsync(patience.Token);
            if (report.Status == wanted) return report;
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    private async Task<BftReplicaChange> NextAsync(BftReplicaChangeKind kind)
    {
        while (true)
        {
            Assert.True(await _changed.WaitAsync(s_patience), $"No change of kind {kind} was told.");
            // Replicas that do not reach each other yet tell so at the start.
            if (_changes.TryDequeue(out BftReplicaChange? change) && change.Kind == kind
                && change.Unreachable is [{ Value: 3 }]) return change;
        }
    }

    /// <summary>The client's command and its execution at a quorum of replicas are of one trace.</summary>
    private static async Task AssertOneTraceAsync(ConcurrentBag<Activity> activities, ActivityContext caller)
    {
        using CancellationTokenSource patience = new(s_patience);
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            Activity[] all = [.. activities];
            Activity? command = all.SingleOrDefault(a => IsCalledBy(caller, a, "bftsmr command"));
            Activity? query = all.SingleOrDefault(a => IsCalledBy(caller, a, "bftsmr query"));
            if (command is not null
                && query is not null
                && all.Count(a => a.OperationName == "bftsmr execute" && a.TraceId == command.TraceId) == 4
                && all.Any(a => a.Kind == ActivityKind.Server && a.TraceId == query.TraceId)) return;
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    // Other tests of this process have clients, too.
    private static bool IsCalledBy(ActivityContext caller, Activity activity, string name) =>
        activity.OperationName == name
        && activity.Links.Any(link => link.Context.TraceId == caller.TraceId && link.Context.SpanId == caller.SpanId);

    private static ActivityListener Listener(ConcurrentBag<Activity> activities)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == BftDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Meters(ConcurrentDictionary<string, double> measured)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == BftDiagnostics.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>(
            (instrument, _, _, _) => measured.AddOrUpdate(instrument.Name, 1, static (_, count) => count + 1));
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        return listener;
    }
}
