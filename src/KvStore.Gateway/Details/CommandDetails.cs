namespace KvStore.Gateway.Details;

/// <summary>What Redis 7.0 tells of a command, besides how many arguments it has.</summary>
/// <param name="Name">Its name, in lower case; of a subcommand "command|subcommand".</param>
/// <param name="Flags">Its flags, without those that follow from the keys.</param>
/// <param name="Named">Its categories, without those that follow from the flags.</param>
/// <param name="Since">The release of Redis that had it first.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Keys">Where its keys are.</param>
internal sealed record CommandDetails(
    string Name, CommandFlags Flags, AclCategories Named, string Since, string Summary, params KeySpec[] Keys)
{
    /// <summary>Hints for clients and proxies.</summary>
    public string[] Tips { get; init; } = [];

    /// <summary>The chapter of Redis' documentation.</summary>
    public string Group { get; private init; } = "";

    /// <summary>All flags.</summary>
    public CommandFlags AllFlags =>
        Flags | (Array.Exists(Keys, static k => k.IsCounted) ? CommandFlags.MovableKeys : CommandFlags.None);

    /// <summary>All categories.</summary>
    public AclCategories Categories =>
        Named
        | If(CommandFlags.Write, AclCategories.Writing)
        | If(CommandFlags.Fast, AclCategories.Quick, otherwise: AclCategories.Slow)
        | If(CommandFlags.Admin, AclCategories.AdminOnly | AclCategories.Dangerous)
        | If(CommandFlags.PubSub, AclCategories.Channels)
        | If(CommandFlags.Blocking, AclCategories.Waiting)
        // A script that only reads is not listed with the commands that read.
        | (Named.HasFlag(AclCategories.Scripting) ? 0 : If(CommandFlags.ReadOnly, AclCategories.Reading));

    /// <summary>These, as a chapter.</summary>
    public static IEnumerable<CommandDetails> OfGroup(string name, CommandDetails[] details) =>
        details.Select(d => d with { Group = name });

    /// <summary>
    /// The first key, the last, and how far one is from the next: all that COMMAND told before there were key
    /// specifications. Zeros if that cannot tell where the keys are.
    /// </summary>
    public (int First, int Last, int Step) KeyRange()
    {
        KeySpec[] plain = [.. Keys.Where(static k => !k.IsCounted)];
        if (plain.Length == 0) return default;
        int first = plain[0].Index, last = LastOf(plain[0]);
        if (Keys.Length == 1) return (first, last, plain[0].Step);
        foreach (KeySpec next in plain.Skip(1))
        {
            if (next.Index != last + 1) return default;
            last = LastOf(next);
        }
        return (first, last, 1);
    }

    private static int LastOf(KeySpec keys) => keys.Last < 0 ? keys.Last : keys.Index + keys.Last;

    private AclCategories If(
        CommandFlags flag, AclCategories then, AclCategories otherwise = AclCategories.NoCategory) =>
        Flags.HasFlag(flag) ? then : otherwise;
}
