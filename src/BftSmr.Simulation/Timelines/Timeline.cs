namespace BftSmr.Simulation;

/// <summary>
/// What happened in a simulation, for people to look at: which messages were sent, when they arrived, and what nodes
/// did.
/// </summary>
/// <param name="Nodes">The names of the nodes, replicas first.</param>
/// <param name="Messages">The last messages sent, in the order of sending.</param>
/// <param name="Notes">What nodes did besides sending, and what happened to them, in the order of time.</param>
public sealed record Timeline(
    IReadOnlyList<TimelineNode> Nodes, IReadOnlyList<TimelineMessage> Messages, IReadOnlyList<TimelineNote> Notes);

/// <summary>A party of a simulation.</summary>
/// <param name="Name">Its name in traces.</param>
/// <param name="IsCorrect">False if it is Byzantine.</param>
public sealed record TimelineNode(string Name, bool IsCorrect);

/// <summary>A frame on the simulated network.</summary>
/// <param name="From">The sender's place in <see cref="Timeline.Nodes"/>.</param>
/// <param name="To">The receiver's.</param>
/// <param name="SentMicros">When it was sent.</param>
/// <param name="ArrivedMicros">When it arrived; -1 if it never did.</param>
/// <param name="Text">What it says.</param>
public sealed record TimelineMessage(int From, int To, long SentMicros, long ArrivedMicros, string Text);

/// <summary>Something at one node, or everywhere.</summary>
/// <param name="Node">Its place in <see cref="Timeline.Nodes"/>; -1 for the whole cluster.</param>
/// <param name="AtMicros">When.</param>
/// <param name="Kind">For example <c>execute</c>, <c>fault</c>, <c>violation</c>.</param>
/// <param name="Text">A description for people.</param>
public sealed record TimelineNote(int Node, long AtMicros, string Kind, string Text);
