using System.Globalization;
using BftCloud.Bench;
using BftSmr;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>
/// Puts of request-bytes values over keys that all loops share, on the service <c>kv</c>; or, with reads, gets of
/// reply-bytes values that were put beforehand.
/// </summary>
internal sealed class KvBenchLoad(BenchPlan plan) : IBenchLoad
{
    private const int Keys = 1000;

    private readonly byte[] _value = new byte[plan.Reads ? plan.ReplyBytes : plan.RequestBytes];

    public async Task PrepareAsync(BftClient client, CancellationToken cancellationToken)
    {
        if (!plan.Reads) return;
        KvClient store = new(client);
        for (int i = 0; i < Keys; i++) await store.PutAsync(KeyOf(i), _value, cancellationToken: cancellationToken);
    }

    public Func<Task> Operation(BftClient client, int index)
    {
        KvClient store = new(client);
        KvBytes[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        int next = index * 7919 % Keys;
        return plan.Reads ? () => store.GetAsync(NextKey()) : () => store.PutAsync(NextKey(), _value);

        KvBytes NextKey()
        {
            next = (next + 1) % Keys;
            return keys[next];
        }
    }

    private static KvBytes KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"bench:{number:D4}");
}
