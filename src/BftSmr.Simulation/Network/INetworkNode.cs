namespace BftSmr.Simulation.Network;

/// <summary>A party on the simulated network.</summary>
internal interface INetworkNode
{
    /// <summary>It runs (or is paused), so that links to it can exist.</summary>
    bool IsAlive { get; }

    /// <summary>A frame arrived from a node, whose identity the link has authenticated.</summary>
    void Receive(int from, NetworkFrame frame);

    /// <summary>The link to a node came up or went down.</summary>
    void LinkChanged(int peer, bool isUp);
}
