using Memcache.Server.Protocol;

namespace Memcache.Tests.Server.Protocol;

/// <summary>A server that has nothing to tell.</summary>
internal sealed class NoFacts : IServerFacts
{
    public void WriteGeneral(StatLines lines) { }

    public void WriteSettings(StatLines lines) { }

    public void WriteConnections(StatLines lines) { }
}
