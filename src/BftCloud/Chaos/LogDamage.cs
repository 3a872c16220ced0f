using BftSmr;

namespace BftCloud.Chaos;

/// <summary>Harms the newest log file of a replica that is down.</summary>
internal static class LogDamage
{
    private const int HeaderBytes = 64;

    /// <summary>Changes a few bytes in what is written of it, or cuts it to half of that.</summary>
    public static void Inflict(ClusterDirectory directory, int victim, bool corrupt, Random random)
    {
        string folder = Path.Combine(directory.Path, $"r{victim}", "data", "log");
        string? newest = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "log-*.wal").Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (newest is null) return;
        using FileStream log = new(newest, FileMode.Open, FileAccess.ReadWrite);
        long written = WrittenBytes(log);
        if (written <= HeaderBytes) return;
        if (!corrupt)
        {
            log.SetLength(written / 2);
            return;
        }
        byte[] garbage = new byte[random.Next(1, 64)];
        random.NextBytes(garbage);
        log.Position = random.NextInt64(HeaderBytes, written);
        log.Write(garbage);
    }

    /// <summary>The file has its full size from the start; zeros follow what was written.</summary>
    private static long WrittenBytes(FileStream log)
    {
        byte[] bytes = new byte[log.Length];
        log.ReadExactly(bytes);
        return bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
    }
}
