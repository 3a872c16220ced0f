using System.Text;

namespace KvStore.Gateway;

/// <summary>The commands that a gateway knows, or the subcommands of one, by name.</summary>
internal sealed class RespCommandTable
{
    private const int NameLengthMax = 32;

    private readonly Dictionary<string, RespCommand> _byName;
    private readonly Dictionary<string, RespCommand>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public RespCommandTable(IEnumerable<RespCommand> commands)
    {
        _byName = commands.ToDictionary(
            static c => c.Name[(c.Name.IndexOf('|', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);
        _bySpan = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IEnumerable<RespCommand> All => _byName.Values;

    /// <summary>The commands that COMMAND tells of, by name.</summary>
    public IReadOnlyList<RespCommand> Told =>
        [.. All.Where(static c => c.Details is not null).OrderBy(static c => c.Name, StringComparer.Ordinal)];

    /// <summary>The same, each followed by its subcommands.</summary>
    public IEnumerable<RespCommand> ToldInAll => Told.SelectMany(static c => (RespCommand[])[c, .. c.Told]);

    /// <summary>The command of that name in any case.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out RespCommand? command)
    {
        command = null;
        if (name.Length > NameLengthMax) return false;
        Span<char> lower = stackalloc char[NameLengthMax];
        Ascii.ToLower(name, lower, out int length);
        return length == name.Length && _bySpan.TryGetValue(lower[..length], out command);
    }
}
