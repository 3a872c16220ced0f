using System.Globalization;
using System.Text;
using BftSmr;

namespace LeaseService;

/// <summary>
/// The service as one worker sees it. A refusal is a <see cref="BftOperationFailedException"/>. A worker cannot know
/// exactly when its lease ends, as its clock is not the agreed time: it sends its token with all that it does.
/// </summary>
internal sealed class LeaseClient(BftClient client, string holder)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits in line, in the order of asking, until the name is this worker's.</summary>
    public async Task<Lease> AcquireAsync(string name, TimeSpan duration)
    {
        using PeriodicTimer poll = new(s_poll);
        while (true)
        {
            string[] reply = await InvokeAsync($"acquire {name} {holder} {Micros(duration)}");
            if (reply.Length > 1) return Lease.Parse(reply);
            await poll.WaitForNextTickAsync();
        }
    }

    public async Task<Lease> RenewAsync(string name, long token, TimeSpan duration) =>
        Lease.Parse(await InvokeAsync($"renew {name} {token} {Micros(duration)}"));

    /// <summary>When it ended, by the agreed time.</summary>
    public async Task<long> ReleaseAsync(string name, long token) =>
        long.Parse((await InvokeAsync($"release {name} {token}"))[0], CultureInfo.InvariantCulture);

    /// <summary>The lease of a name, or null if it is free, at the agreed time of the last command.</summary>
    public async Task<Lease?> HolderOfAsync(string name)
    {
        string[] reply = Words(await client.QueryAsync(Encoding.UTF8.GetBytes($"holder {name}")));
        return reply.Length > 1 ? Lease.Parse(reply) : null;
    }

    private async Task<string[]> InvokeAsync(FormattableString command) => Words(
        await client.InvokeAsync(Encoding.UTF8.GetBytes(command.ToString(CultureInfo.InvariantCulture))));

    private static string[] Words(ReadOnlyMemory<byte> reply) => Encoding.UTF8.GetString(reply.Span).Split(' ');

    private static long Micros(TimeSpan duration) => (long)duration.TotalMicroseconds;
}
