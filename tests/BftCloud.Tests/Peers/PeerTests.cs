using System.Diagnostics;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Peers;

/// <summary>Clients of Redis that others made, against gateways of a cluster.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PeerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task The_clients_of_node_find_what_the_page_says()
    {
        ProcessStartInfo start = new(Checkout.At("tests", "peers", "run"))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["BFTCLOUD"] = Path.Combine(AppContext.BaseDirectory, "bftcloud.dll");
        using Process judge = Process.Start(start)!;
        Task<string> output = judge.StandardOutput.ReadToEndAsync(), errors = judge.StandardError.ReadToEndAsync();
        try
        {
            await judge.WaitForExitAsync().WaitAsync(s_patience);
        }
        finally
        {
            if (!judge.HasExited) judge.Kill(entireProcessTree: true);
        }
        Assert.True(judge.ExitCode == 0, $"tests/peers/run ended with {judge.ExitCode}:\n{await output}{await errors}");
    }
}
