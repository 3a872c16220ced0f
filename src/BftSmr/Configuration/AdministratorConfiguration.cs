using BftCloud.Primitives;
using BftSmr.Configuration;

namespace BftSmr;

/// <summary>
/// What the administrator's commands are told: the contents of <c>admin.json</c>. Paths are absolute here, relative to
/// the file in it.
/// </summary>
public sealed record AdministratorConfiguration
{
    /// <summary>Path of <c>cluster.json</c>.</summary>
    public required string ClusterFile { get; init; }

    /// <summary>File of the secret key, readable by its owner only.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Reads and checks an <c>admin.json</c>; not the files it names.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used; the message names the key and the
    /// remedy.</exception>
    public static AdministratorConfiguration Load(string file)
    {
        SettingsReader settings = SettingsReader.Load(file);
        AdministratorConfiguration administrator =
            new() { ClusterFile = settings.FilePath("cluster"), KeyFile = settings.FilePath("key") };
        settings.End();
        return administrator;
    }

    /// <summary>Writes an <c>admin.json</c> with comments.</summary>
    public void Save(string file) => new SettingsWriter()
        .Comment(
            "The identity that may change the membership. Keep its key off the replicas' machines. Paths are relative "
            + "to this file.")
        .Add("cluster", SettingsWriter.Relative(file, ClusterFile))
        .Add("key", SettingsWriter.Relative(file, KeyFile))
        .Save(file);
}
