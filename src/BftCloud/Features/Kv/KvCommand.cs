using System.CommandLine;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv</c>: a client of the replicated key-value store.</summary>
internal static class KvCommand
{
    public static Command Create()
    {
        KvTarget target = new();
        return new Command(KvFeature.Name, "Reads and writes a replicated key-value store.")
        {
            target.Service.Cluster,
            target.Service.Timeout,
            KvPutCommand.Create(target),
            KvGetCommand.Create(target),
            KvDelCommand.Create(target),
            KvCasCommand.Create(target),
            KvListCommand.Create(target),
            KvWatchCommand.Create(target),
            KvServeCommand.Create(target),
        };
    }

    public static Argument<string> KeyArgument() => new("KEY") { Description = "The key." };
}
