namespace Memcache.Tests.Server.Hosting;

/// <summary>Tests that count what the whole process does: no other runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
