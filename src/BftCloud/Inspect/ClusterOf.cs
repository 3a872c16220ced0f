using BftCloud.Common;
using BftSmr;

namespace BftCloud.Inspect;

/// <summary>Finds the cluster that a data file belongs to: its limits are needed to read the file.</summary>
internal static class ClusterOf
{
    /// <summary>
    /// The configuration in <paramref name="directory"/>, or else in the nearest directory above the file that has one.
    /// </summary>
    public static ClusterConfiguration File(string file, string? directory)
    {
        if (!System.IO.File.Exists(file))
            throw new CommandFailedException($"{file}: there is no such file. Name one of DIR/rN/data.");
        if (directory is not null) return ClusterDirectory.Open(directory).Cluster;
        for (string? at = Path.GetDirectoryName(Path.GetFullPath(file)); at is not null; at = Path.GetDirectoryName(at))
        {
            string candidate = Path.Combine(at, ClusterDirectory.ClusterFileName);
            if (System.IO.File.Exists(candidate)) return ClusterConfiguration.Load(candidate);
        }
        throw new CommandFailedException(
            $"{file} lies in no cluster's directory. Name that of its cluster with --cluster DIR.");
    }
}
