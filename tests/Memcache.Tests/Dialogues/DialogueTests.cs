using System.Globalization;
using Xunit.Abstractions;

namespace Memcache.Tests.Dialogues;

/// <summary>
/// The server replies as memcached 1.6 does, byte for byte, but for the differences that its specification lists.
/// </summary>
public sealed class DialogueTests(MemcachedProcess memcached, ITestOutputHelper output)
    : IClassFixture<MemcachedProcess>
{
    private const int Dialogues = 3_000;

    /// <summary>Set this in the environment to try other dialogues than those of every run.</summary>
    private const string SeedVariable = "DIALOGUES_SEED";

    private const int ShownMax = 12;

    [Fact]
    public async Task Generated_dialogues_are_answered_alike()
    {
        string given = Environment.GetEnvironmentVariable(SeedVariable) ?? "1";
        int seed = int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"{Dialogues} dialogues of seed {seed}; others: {SeedVariable}=…");
        using TemporaryDirectory directory = new();
        await using MemcacheServer server = MemcacheServer.Start(
            new MemcacheServerOptions { Listen = null, SocketPath = directory.At("s"), Threads = 2 });
        EdgeDialogues dialogues = new(seed);
        List<string> differences = [];
        for (int i = 0; i < Dialogues && differences.Count < ShownMax; i++)
        {
            string input = string.Concat(dialogues.Next());
            DialogueComparison.Replies(memcached.EndPoint, "flush_all\r\n");
            DialogueComparison.Replies(server.EndPoint, "flush_all\r\n");
            string theirs = DialogueComparison.Replies(memcached.EndPoint, input);
            string ours = DialogueComparison.Replies(server.EndPoint, input);
            if (DialogueComparison.AreSame(theirs, ours)) continue;
            int at = theirs.Zip(ours).TakeWhile(static pair => pair.First == pair.Second).Count();
            differences.Add(
                $"{Shown(input)}\nfrom {at} on memcached: {Shown(theirs[at..])}\n"
                + $"from {at} on ours: {Shown(ours[at..])}\n");
        }
        Assert.True(
            differences.Count == 0,
            $"Seed {seed}. Make the server reply as memcached does, or list the difference:\n"
            + string.Join("\n", differences));
    }

    private static string Shown(string text) => text
        .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
}
