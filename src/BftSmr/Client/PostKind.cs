namespace BftSmr.Client;

/// <summary>What a <see cref="Post"/> tells the loop of a connection.</summary>
internal enum PostKind
{
    /// <summary>A message came from a replica.</summary>
    Message,

    /// <summary>A caller begins an operation.</summary>
    Begin,

    /// <summary>A caller no longer waits for an operation.</summary>
    Abandon,

    /// <summary>The link to a replica came up.</summary>
    LinkUp,

    /// <summary>The link to a replica failed.</summary>
    LinkDown,

    /// <summary>A session begins.</summary>
    OpenSession,

    /// <summary>A session ends.</summary>
    CloseSession,

    /// <summary>A question that is answered on the loop.</summary>
    Ask,
}
