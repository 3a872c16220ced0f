using KvStore.Gateway.Details;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>Checks a command's arguments and adds it to the connection's batch.</summary>
internal delegate void RespHandler(RespSession session, RespCommand command, RespArguments arguments);

/// <summary>A command of the gateway.</summary>
/// <param name="Name">Its name, in lower case; of a subcommand "command|subcommand".</param>
/// <param name="Arity">How many arguments it has, its name included; negative: at least as many.</param>
/// <param name="Handler">What it does.</param>
internal sealed record RespCommand(string Name, int Arity, RespHandler Handler)
{
    /// <summary>It is carried out at once even between MULTI and EXEC.</summary>
    public bool NeverQueued { get; init; }

    /// <summary>It is refused between MULTI and EXEC.</summary>
    public bool NeverInTransaction { get; init; }

    /// <summary>It cannot be queued by MULTI, and aborts the transaction.</summary>
    public bool StandsAlone { get; init; }

    /// <summary>It may be given before the password.</summary>
    public bool BeforePassword { get; init; }

    /// <summary>Its subcommands; null if it has none.</summary>
    public RespCommandTable? Subcommands { get; init; }

    /// <summary>What COMMAND tells of it. Null for a command of later releases: COMMAND tells nothing.</summary>
    public CommandDetails? Details => DetailsTable.All.GetValueOrDefault(Name);

    /// <summary>The subcommands that COMMAND tells of, by name.</summary>
    public IReadOnlyList<RespCommand> Told => Subcommands?.Told ?? [];

    /// <summary>The handler of a command whose arity asks for a subcommand.</summary>
    public static void NeverWithoutSubcommand(RespSession session, RespCommand command, RespArguments arguments) =>
        throw new InvalidOperationException($"'{command.Name}' was handled without its subcommand.");

    public bool Takes(int count) => Arity >= 0 ? count == Arity : count >= -Arity;
}
