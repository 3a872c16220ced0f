namespace BftCloud.Links;

/// <summary>A link could not be established; the message says why, and what to do.</summary>
internal sealed class LinkException(LinkFault fault, string message) : Exception(message)
{
    public LinkFault Fault { get; } = fault;
}
