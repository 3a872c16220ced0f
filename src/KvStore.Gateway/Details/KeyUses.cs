namespace KvStore.Gateway.Details;

/// <summary>What a command does with a key, in the order in which Redis tells it; and the usual combinations.</summary>
[Flags]
internal enum KeyUses
{
    /// <summary>RO: the value is only read.</summary>
    Looks = 1 << 0,

    /// <summary>RW: the value is read and changed.</summary>
    Touches = 1 << 1,

    /// <summary>OW: the value is replaced.</summary>
    Replaces = 1 << 2,

    /// <summary>RM: the key is deleted, whatever it holds.</summary>
    Drops = 1 << 3,

    Access = 1 << 4,
    Update = 1 << 5,
    Insert = 1 << 6,
    Delete = 1 << 7,

    /// <summary>The arguments tell which of the other uses apply.</summary>
    Variable = 1 << 8,

    Reads = Looks | Access,
    Updates = Touches | Update,
    Inserts = Touches | Insert,
    Deletes = Touches | Delete,
    Takes = Touches | Access | Delete,
    Modifies = Touches | Access | Update,
    ModifiesOrNot = Modifies | Variable,
    Overwrites = Replaces | Update,
    Makes = Replaces | Insert,
    Removes = Drops | Delete,
}
