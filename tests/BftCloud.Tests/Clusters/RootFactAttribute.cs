namespace BftCloud.Tests.Clusters;

/// <summary>A test that mounts a file system, which only root may.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "Mounting a small file system needs root.";
    }
}
