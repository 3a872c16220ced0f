using System.Net;

namespace DepSky.Configuration;

/// <summary>Where a cloud is, in one spelling: two clouds of the same place are one.</summary>
internal static class CloudPlace
{
    /// <summary>
    /// Of an address: host names are compared without case, ports as they are used, paths without slashes that say
    /// nothing; all names of this machine's loopback are one. With and without TLS, a service is the same.
    /// </summary>
    public static string OfAddress(Uri address)
    {
        string host = address.IdnHost.TrimEnd('.').ToLowerInvariant();
        if (IsThisMachine(host)) host = "localhost";
        string port = address.Port is 80 or 443 ? "" : $":{address.Port}";
        string[] parts = Uri.UnescapeDataString(address.AbsolutePath)
            .Split('/', StringSplitOptions.RemoveEmptyEntries);
        return $"{host}{port}/{string.Concat(parts.Select(static part => part + "/"))}";
    }

    /// <summary>Of a folder: where its links lead to, as far as it is there.</summary>
    public static string OfFolder(string path)
    {
        string full = Path.GetFullPath(path), resolved = Path.GetPathRoot(full) ?? "/";
        int links = 0;
        Stack<string> parts = new(Split(full));
        while (parts.TryPop(out string? part))
        {
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }
            string next = Path.Combine(resolved, part);
            string? target = LinkOf(next);
            if (target is null || ++links > LinksMax)
            {
                resolved = next;
                continue;
            }
            if (Path.IsPathRooted(target)) resolved = Path.GetPathRoot(target)!;
            foreach (string piece in Split(target)) parts.Push(piece);
        }
        return resolved.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
    }

    /// <summary>As many links follow each other at most, as in the kernel.</summary>
    private const int LinksMax = 40;

    /// <summary>The last part first; what says nothing is left out.</summary>
    private static IEnumerable<string> Split(string path) => path
        .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        .Where(static part => part != ".").Reverse();

    private static string? LinkOf(string path)
    {
        try
        {
            return new DirectoryInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // what cannot be looked at stands for itself
        }
    }

    private static bool IsThisMachine(string host)
    {
        if (host is "localhost" or "loopback" || host.EndsWith(".localhost", StringComparison.Ordinal)) return true;
        if (!IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
    }
}
