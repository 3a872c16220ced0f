using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Reads;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Orders honestly. It answers each unordered read, or gives its reply share, with what the last one of its kind would
/// have shown before the state changed. As relay it asks for the reply shares before the client does, guessing the
/// read; it makes them up, or asks for them about another read.
/// </summary>
internal class StaleReader : Adversary
{
    private readonly Dictionary<(ulong Nonce, ulong ReadId), string> _asked = [];
    private readonly Dictionary<(ClientId Client, ulong Nonce), Read> _latest = [];
    private readonly HashSet<(ulong Nonce, ulong ReadId)> _guessed = [];
    private readonly Dictionary<string, (Digest Before, Digest Now)> _shown = [];
    private readonly Dictionary<Digest, ReadOnlyMemory<byte>> _results = [];
    private readonly Dictionary<(ulong Nonce, ulong ReadId), ReadOnlyMemory<byte>> _relayedAs = [];
    private readonly Dictionary<(ulong Nonce, ulong ReadId, ReplicaId From), ReadVoucher> _words = [];

    public override AdversaryKind Kind => AdversaryKind.StaleReader;

    public override bool Receiving(Input input)
    {
        switch (input)
        {
            case ReadInput { Client: var client, Read: var read }:
                _asked[(read.Nonce, read.ReadId)] = Convert.ToHexString(read.Operation.Span);
                _latest[(client, read.Nonce)] = read;
                break;
            case PeerInput { Message: RelayRead read }:
                _asked[(read.Nonce, read.ReadId)] = Convert.ToHexString(read.Operation.Span);
                break;
            case PeerInput { Message: VouchRead m }:
                _words.TryAdd((m.Nonce, m.ReadId, m.Voucher.From), m.Voucher);
                break;
        }
        return true;
    }

    public override void Sending(
        ReplicaId to, PeerMessage message, List<PeerMessage> instead) => instead.Add(message switch
    {
        VouchRead m => Outdated(m),
        RelayRead m => AboutAnother(m),
        _ => message,
    });

    public override ClientMessage? Answering(ClientId client, ClientMessage answer)
    {
        if (answer is not ReadReply reply || !_asked.TryGetValue((reply.Nonce, reply.ReadId), out string? operation))
            return answer;
        Digest now = reply.IsDigest ? new Digest(reply.Result.Span) : Blake2b.Hash(reply.Result.Span);
        if (!reply.IsDigest) _results[now] = reply.Result;
        Digest stale = Before(operation, now);
        if (reply.Vouchers is { } vouchers) reply = reply with { Vouchers = Words(reply, vouchers, now, ref stale) };
        if (stale == now) return reply;
        if (!reply.IsDigest && !_results.ContainsKey(stale)) return reply;
        Misbehave("stale read");
        byte[] digest = new byte[Digest.Size];
        stale.CopyTo(digest);
        return reply with { Result = reply.IsDigest ? digest : _results[stale] };
    }

    /// <summary>Asks for reply shares on what clients may read next.</summary>
    public override void Idle()
    {
        foreach (((ClientId client, ulong nonce), Read read) in _latest)
        {
            if (read.Seconders.IsEmpty || !_guessed.Add((nonce, read.ReadId + 1))) continue;
            Misbehave("read guessed");
            ReadOnlyMemory<byte> macs = read.Macs; // those for the read before are the best it has
            foreach (ReplicaId seconder in read.Seconders)
            {
                Send(seconder, new RelayRead(client, nonce, read.ReadId + 1, read.Operation, macs[..Request.MacBytes]));
                macs = macs[Request.MacBytes..];
            }
        }
    }

    /// <summary>What was shown before the state changed; <paramref name="now"/> if it has not.</summary>
    private Digest Before(string operation, Digest now)
    {
        if (!_shown.TryGetValue(operation, out (Digest Before, Digest Now) shown)) shown = (now, now);
        if (shown.Now != now) shown = (shown.Now, now);
        _shown[operation] = shown;
        return shown.Before;
    }

    private VouchRead Outdated(VouchRead message)
    {
        Digest result = message.Voucher.Result;
        if (!_asked.TryGetValue((message.Nonce, message.ReadId), out string? operation)) return message;
        Digest stale = Before(operation, result);
        if (stale == result) return message;
        Misbehave("stale reply share of a read");
        return message with
        {
            Voucher = ReadRelay.Vouch(
                Keyring, Self, message.Client, message.Nonce, message.ReadId, message.Voucher.Status, stale),
        };
    }

    // All are asked about the same other one.
    private RelayRead AboutAnother(RelayRead message)
    {
        if (!_relayedAs.TryGetValue((message.Nonce, message.ReadId), out ReadOnlyMemory<byte> query))
            _relayedAs[(message.Nonce, message.ReadId)] = query = Random.Chance(0.7)
                ? message.Operation
                : Random.Pick([.. _latest.Values]).Operation;
        if (query.Span.SequenceEqual(message.Operation.Span)) return message;
        Misbehave("other query relayed");
        return message with { Operation = query };
    }

    /// <summary>
    /// The first reply shares of others, which may be from before the read began, with what they agree on as the
    /// answer; or made-up ones for what is stale.
    /// </summary>
    private List<ReadVoucher> Words(ReadReply reply, IReadOnlyList<ReadVoucher> vouchers, Digest now, ref Digest stale)
    {
        List<ReadVoucher> words = [.. vouchers.Select(voucher =>
            _words.GetValueOrDefault((reply.Nonce, reply.ReadId, voucher.From), voucher))];
        Digest madeUp = stale;
        if (madeUp != now && Random.Chance(0.3))
        {
            Misbehave("made-up reply share");
            return [.. words.Select(word => word with { Result = madeUp })];
        }
        if (words.Count > 0 && words.TrueForAll(word => word.Result == words[0].Result)) stale = words[0].Result;
        return words;
    }
}
