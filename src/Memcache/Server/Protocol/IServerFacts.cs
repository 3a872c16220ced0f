namespace Memcache.Server.Protocol;

/// <summary>What a session tells of the server around it.</summary>
internal interface IServerFacts
{
    /// <summary>Writes what <c>stats</c> shows beside the store's own counters.</summary>
    void WriteGeneral(StatLines lines);

    /// <summary>Writes what <c>stats settings</c> shows.</summary>
    void WriteSettings(StatLines lines);

    /// <summary>Writes what <c>stats conns</c> shows.</summary>
    void WriteConnections(StatLines lines);
}
