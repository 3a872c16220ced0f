using System.Diagnostics;
using DepSky.Configuration;

namespace BftCloud.Tests.CommandLine;

/// <summary>kill -9 of a writer's process, at many moments.</summary>
public sealed class DepSkyKillTests : IDisposable
{
    private const string Unit = "unit";
    private const int ContentBytes = 2_000_000;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Readers_see_the_old_or_the_new_version_and_the_next_write_works()
    {
        string config = DepSkyDirectory.Create(_directory.At("D"), clouds: 4);
        // Many small segments, so that there are many moments to die at.
        await File.WriteAllTextAsync(
            config,
            (await File.ReadAllTextAsync(config))
                .Replace("\"segmentKiB\": 4096", "\"segmentKiB\": 64", StringComparison.Ordinal));
        await using ConfiguredClient clouds = DepSkyConfiguration.Load(config).Open();
        byte[] current = Content(0);
        await clouds.Client.PutAsync(Unit, new MemoryStream(current));
        int killed = 0, old = 0;
        for (int round = 1; round <= 12; round++)
        {
            byte[] next = Content(round);
            string file = _directory.At("next");
            await File.WriteAllBytesAsync(file, next);
            int filesBefore = Files();
            using Process writer = CommandLineRun.Start("depsky", "put", "--config", config, Unit, file);
            // The moment: when so many files of the new version are there. From none (it may not have begun) to more
            // than it writes (it has ended).
            int wanted = (round - 1) * 10;
            long start = Stopwatch.GetTimestamp();
            while (!writer.HasExited && Files() < filesBefore + wanted)
            {
                if (Stopwatch.GetElapsedTime(start) > Patience.Time)
                    throw new TimeoutException(
                        $"The writer does not get to {wanted} files: {await writer.StandardError.ReadToEndAsync()}");
                await Task.Yield();
            }
            writer.Kill();
            await writer.WaitForExitAsync();

            using MemoryStream read = new();
            await clouds.Client.GetAsync(Unit, read);
            byte[] seen = read.ToArray();

            bool isNew = seen.AsSpan().SequenceEqual(next);
            Assert.True(
                isNew || seen.AsSpan().SequenceEqual(current),
                $"Round {round}: what was read is neither the old nor the new version.");
            if (writer.ExitCode == 0) Assert.True(isNew, $"Round {round}: a write that was acknowledged is not seen.");
            else killed++;
            if (!isNew) old++;
            current = seen;
        }

        byte[] last = Content(100);
        await clouds.Client.PutAsync(Unit, new MemoryStream(last));
        using MemoryStream end = new();
        await clouds.Client.GetAsync(Unit, end);
        Assert.Equal(last, end.ToArray());
        Assert.True(killed > 3, $"Only {killed} of the writers were killed in time.");
        Assert.True(old > 0, "No writer was killed before its version was complete.");
    }

    private int Files() =>
        Directory.EnumerateFiles(
            _directory.At("D", "clouds"), "*",
            new EnumerationOptions
            {
                RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None,
            })
        .Count(static file => !file.Contains("~incoming", StringComparison.Ordinal));

    private static byte[] Content(int seed)
    {
        byte[] content = new byte[ContentBytes];
        new Random(seed).NextBytes(content);
        return content;
    }
}
