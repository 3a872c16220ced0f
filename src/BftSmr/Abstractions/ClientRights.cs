namespace BftSmr;

/// <summary>
/// What a client identity may ask for. Every replica enforces <see cref="Read"/> and <see cref="Write"/> by itself;
/// the service sees all of them.
/// </summary>
[Flags]
public enum ClientRights
{
    /// <summary>Nothing: the identity may open sessions only.</summary>
    None = 0,

    /// <summary>Queries.</summary>
    Read = 1,

    /// <summary>Commands.</summary>
    Write = 2,

    /// <summary>What the service reserves for administrators. The replicas themselves ask for it nowhere.</summary>
    Admin = 4,
}
