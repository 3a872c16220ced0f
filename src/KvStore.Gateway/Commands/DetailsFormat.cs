using System.Text;
using KvStore.Gateway.Details;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Writes details as COMMAND INFO and COMMAND DOCS tell them.</summary>
internal static class DetailsFormat
{
    /// <summary>What one command takes in the reply of COMMAND INFO, about, bytes.</summary>
    public const int InfoBytes = 640;

    private const int InfoElements = 10;

    /// <summary>The element of COMMAND INFO for a command.</summary>
    public static void WriteInfo(RespWriter output, RespCommand command, CommandDetails details)
    {
        (int first, int last, int step) = details.KeyRange();
        output.Array(InfoElements);
        output.Bulk(command.Name);
        output.Integer(command.Arity);
        WriteSet(output, DetailNames.Of(details.AllFlags));
        output.Integer(first);
        output.Integer(last);
        output.Integer(step);
        WriteSet(output, DetailNames.Of(details.Categories).Select(static name => "@" + name));
        output.Set(details.Tips.Length);
        foreach (string tip in details.Tips) output.Bulk(tip);
        output.Set(details.Keys.Length);
        foreach (KeySpec keys in details.Keys) Write(output, keys);
        IReadOnlyList<RespCommand> subcommands = command.Told;
        if (subcommands.Count == 0) output.Set(0);
        else output.Array(subcommands.Count);
        foreach (RespCommand subcommand in subcommands) WriteInfo(output, subcommand, subcommand.Details!);
    }

    /// <summary>The map of COMMAND DOCS for a command, without its name.</summary>
    public static void WriteDocs(RespWriter output, RespCommand command, CommandDetails details)
    {
        IReadOnlyList<RespCommand> subcommands = command.Told;
        output.Map(subcommands.Count == 0 ? 3 : 4);
        WriteField(output, "summary", details.Summary);
        WriteField(output, "since", details.Since);
        WriteField(output, "group", details.Group);
        if (subcommands.Count == 0) return;
        output.Bulk("subcommands");
        output.Map(subcommands.Count);
        foreach (RespCommand subcommand in subcommands)
        {
            output.Bulk(subcommand.Name);
            WriteDocs(output, subcommand, subcommand.Details!);
        }
    }

    /// <summary>What a command does with a key, as COMMAND GETKEYSANDFLAGS tells it.</summary>
    public static void WriteUses(RespWriter output, KeyUses uses) => WriteSet(output, DetailNames.Of(uses));

    private static void Write(RespWriter output, KeySpec keys)
    {
        output.Map(keys.Notes is null ? 3 : 4);
        if (keys.Notes is not null) WriteField(output, "notes", keys.Notes);
        output.Bulk("flags");
        WriteSet(output, DetailNames.Of(keys.Uses));
        output.Bulk("begin_search");
        WriteStep(output, "index", ("index", keys.Index));
        output.Bulk("find_keys");
        if (keys.IsCounted) WriteStep(output, "keynum", ("keynumidx", 0), ("firstkey", 1), ("keystep", keys.Step));
        else WriteStep(output, "range", ("lastkey", keys.Last), ("keystep", keys.Step), ("limit", 0));
    }

    private static void WriteStep(
        RespWriter output, string type, params ReadOnlySpan<(string Name, int Value)> specification)
    {
        output.Map(2);
        WriteField(output, "type", type);
        output.Bulk("spec");
        output.Map(specification.Length);
        foreach ((string name, int value) in specification)
        {
            output.Bulk(name);
            output.Integer(value);
        }
    }

    private static void WriteSet(RespWriter output, IEnumerable<string> names)
    {
        string[] all = [.. names];
        output.Set(all.Length);
        foreach (string name in all) output.Simple(Encoding.ASCII.GetBytes(name));
    }

    private static void WriteField(RespWriter output, string name, string value)
    {
        output.Bulk(name);
        output.Bulk(value);
    }
}
