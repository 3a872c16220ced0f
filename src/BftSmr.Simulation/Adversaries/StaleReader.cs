using BftSmr.Messages;
using BftSmr.Replication;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Orders honestly, and answers each unordered read with what the last one of its kind would have shown before the state changed.</summary>
internal class StaleReader : Adversary
{
    private readonly Dictionary<(ulong Nonce, ulong ReadId), string> _asked = [];
    private readonly Dictionary<(string Operation, bool IsDigest), (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> Now)> _shown = [];

    public override AdversaryKind Kind => AdversaryKind.StaleReader;

    public override bool Receiving(Input input)
    {
        if (input is ReadInput { Read: var read }) _asked[(read.Nonce, read.ReadId)] = Convert.ToHexString(read.Operation.Span);
        return true;
    }

    public override ClientMessage? Answering(ClientId client, ClientMessage answer)
    {
        if (answer is not ReadReply reply || !_asked.TryGetValue((reply.Nonce, reply.ReadId), out string? operation)) return answer;
        if (!_shown.TryGetValue((operation, reply.IsDigest), out (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> Now) shown)) shown = (reply.Result, reply.Result);
        if (!shown.Now.Span.SequenceEqual(reply.Result.Span)) shown = (shown.Now, reply.Result);
        _shown[(operation, reply.IsDigest)] = shown;
        if (shown.Before.Span.SequenceEqual(reply.Result.Span)) return answer;
        Misbehave("stale read");
        return reply with { Result = shown.Before };
    }
}
