using BftSmr;
using BftSmr.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ReplicatedBank;

/// <summary>What happens at the bank. Replicas and clients are started already.</summary>
internal sealed class BankStory(List<IHost> replicas, IReadOnlyList<IHost> clients)
{
    private const long Opening = 1000;
    private const int TransfersEach = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1), s_poll = TimeSpan.FromMilliseconds(20);

    private readonly BankClient _teller = ClientOf(clients[BankClients.Teller]);
    private readonly BankClient _auditor = ClientOf(clients[BankClients.Auditor]);
    private readonly BankClient[] _customers =
        [.. BankClients.Customers.Select((_, i) => ClientOf(clients[BankClients.FirstCustomer + i]))];

    /// <returns>Whether the bank holds at the end what was deposited.</returns>
    public async Task<bool> RunAsync()
    {
        using OperationMeter meter = new();
        foreach ((int i, string name) in BankClients.Customers.Index())
        {
            await _teller.OpenAsync(name, BankClients.FirstCustomer + i);
            await _teller.DepositAsync(name, Opening);
        }
        await ShowAsync("at the start");
        Console.WriteLine($"health: {await HealthAsync(replicas[0], "takes part")}");

        await TransferAsync(0, TransfersEach / 2);
        Task rest = TransferAsync(TransfersEach / 2, TransfersEach);
        await StopLeaderAsync();
        await rest;
        Console.WriteLine($"{BankClients.Customers.Length} clients made {TransfersEach} transfers each");
        Console.WriteLine($"health: {await HealthAsync(replicas[0], "does not reach")}");

        await RefusedAsync<BftOperationFailedException>("bob pays more than he has",
            () => _customers[1].TransferAsync("bob", "ann", 5000));
        await RefusedAsync<BftOperationFailedException>("bob pays with ann's money",
            () => _customers[1].TransferAsync("ann", "bob", 1));
        await RefusedAsync<BftOperationFailedException>("bob reads ann's statement",
            () => _customers[1].StatementAsync("ann"));
        Entry last = (await _auditor.StatementAsync("ann"))[^1];
        Console.WriteLine($"the auditor, which may only read, reads: ann has {last.Balance}");
        await RefusedAsync<BftNotPermittedException>("the auditor pays", () => _auditor.TransferAsync("ann", "bob", 1));

        Console.WriteLine($"metrics: {meter}");
        return await ShowAsync("at the end") == Opening * BankClients.Customers.Length;
    }

    /// <summary>Every customer pays the next one, all of them at the same time.</summary>
    private Task TransferAsync(int first, int end) => Task.WhenAll(_customers.Select(async (customer, i) =>
    {
        string[] names = BankClients.Customers;
        for (int n = first; n < end; n++)
            await customer.TransferAsync(names[i], names[(i + 1) % names.Length], i + 1 + n % 5);
    }));

    private async Task StopLeaderAsync()
    {
        BftReplica any = replicas[0].Services.GetRequiredService<BftReplicaHost>().Replica!;
        int leader = (await any.GetStatusAsync()).Leader.Value;
        using IHost host = replicas[leader];
        replicas.RemoveAt(leader);
        await host.StopAsync();
        Console.WriteLine($"replica {leader}, the leader, was stopped");
    }

    private async Task<long> ShowAsync(string when)
    {
        IEnumerable<string> balances = await Task.WhenAll(BankClients.Customers.Select(
            async name => $"{name} has {await _auditor.BalanceAsync(name)}"));
        long total = await _auditor.TotalAsync();
        Console.WriteLine($"{when}: {string.Join(", ", balances)}; the bank holds {total}");
        return total;
    }

    private static async Task RefusedAsync<TException>(string what, Func<Task> attempt) where TException : BftException
    {
        try
        {
            await attempt();
        }
        catch (TException e)
        {
            Console.WriteLine($"{what}: {e.Message}");
            return;
        }
        throw new InvalidOperationException($"It was not refused that {what}.");
    }

    /// <summary>The host's health once it says this. Links come up, and are missed, a moment later.</summary>
    private static async Task<string> HealthAsync(IHost host, string wanted)
    {
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        using CancellationTokenSource patience = new(s_patience);
        using PeriodicTimer poll = new(s_poll);
        while (true)
        {
            HealthReportEntry entry = (await health.CheckHealthAsync(patience.Token)).Entries["replica"];
            if (entry.Description!.Contains(wanted, StringComparison.Ordinal))
                return $"{entry.Status}. {entry.Description}";
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    private static BankClient ClientOf(IHost host) => host.Services.GetRequiredService<BankClient>();
}
