using System.Text;

namespace BftCloud.Monitoring;

/// <summary>The head of a request, as far as a page depends on it.</summary>
/// <param name="Method">GET or another.</param>
/// <param name="Path">Without a query.</param>
/// <param name="Host">What the Host header says; null if there is none.</param>
internal readonly record struct RequestHead(string Method, string Path, string? Host)
{
    /// <summary>Reads a whole head, with the empty line at its end; null if it is none.</summary>
    public static RequestHead? Parse(ReadOnlySpan<byte> head)
    {
        int end = head.IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        string[] lines = Encoding.Latin1.GetString(head[..end]).Split("\r\n");
        string[] request = lines[0].Split(' ');
        if (request.Length != 3 || !request[2].StartsWith("HTTP/1.", StringComparison.Ordinal)) return null;
        string? host = null;
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Equals("Host", StringComparison.OrdinalIgnoreCase)) continue;
            if (host is not null) return null; // two hosts: either could be meant
            host = line[(colon + 1)..].Trim();
        }
        return new RequestHead(request[0], request[1].Split('?')[0], host);
    }
}
