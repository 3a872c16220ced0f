using System.Globalization;
using System.Text;

namespace KvStore.Gateway.Commands;

/// <summary>
/// The lines of CLIENT LIST, with Redis' fields. What a gateway does not have, or does not count, is 0: subscriptions,
/// and memory other than that of replies.
/// </summary>
internal static class ClientLines
{
    /// <summary>What a line takes, about, bytes.</summary>
    public const int LineBytes = 320;

    public static byte[] Of(IEnumerable<RespClient> clients)
    {
        StringBuilder lines = new();
        foreach (RespClient client in clients) Append(lines, client);
        return Encoding.Latin1.GetBytes(lines.ToString());
    }

    private static void Append(StringBuilder line, RespClient client)
    {
        int queued = client.Queued;
        long held = client.ReplyBytes;
        line.Append(
            CultureInfo.InvariantCulture,
            $"id={client.Id} addr={client.Address} laddr={client.LocalAddress} fd={client.Descriptor}")
            .Append(
                CultureInfo.InvariantCulture,
                $" name={Encoding.Latin1.GetString(client.Name)} age={(long)client.Age.TotalSeconds}")
            .Append(
                CultureInfo.InvariantCulture,
                $" idle={(long)client.Idle.TotalSeconds} flags={(queued < 0 ? 'N' : 'x')} db=0 sub=0 psub=0 ssub=0")
            .Append(
                CultureInfo.InvariantCulture,
                $" multi={queued} qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem={held}")
            .Append(
                CultureInfo.InvariantCulture,
                $" tot-mem={held} events=r cmd={client.Command ?? "NULL"} user=default redir=-1")
            .Append(CultureInfo.InvariantCulture, $" resp={client.Version}\n");
    }
}
