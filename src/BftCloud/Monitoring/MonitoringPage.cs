using System.Text;

namespace BftCloud.Monitoring;

/// <summary>A page to send.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="IsHealthy">Sent as 200, otherwise as 503.</param>
internal sealed record MonitoringPage(string ContentType, ReadOnlyMemory<byte> Content, bool IsHealthy = true)
{
    public static MonitoringPage Text(string text, bool isHealthy = true) =>
        new("text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text), isHealthy);
}
