using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Agrees with every replica: sends each a vote for the value that it votes for. Harmless alone; with an equivocating
/// leader beyond f, deadly.
/// </summary>
internal sealed class Yeasayer : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.Yeasayer;

    public override bool Receiving(Input input)
    {
        switch (input)
        {
            case PeerInput { From: var from, Message: Propose m }:
                Send(from, new Write(m.Regency, m.Instance, m.Batch.Digest));
                break;
            case PeerInput { From: var from, Message: Write m }:
                Send(from, m);
                Send(from, new Accept(m.Regency, m.Instance, m.Value));
                break;
            case PeerInput { From: var from, Message: Stop m }:
                Send(from, m);
                break;
        }
        return true;
    }

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is not (Write or Accept)) instead.Add(message);
    }
}
