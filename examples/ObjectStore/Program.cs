using BftCloud.Primitives;
using DepSky;
using ObjectStore;

// A folder to keep, or a temporary one.
string directory = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("archive-").FullName;
try
{
    using KeyPair key = WriterKey(Path.Combine(directory, "writer.key"));
    await using Archive archive = new(directory, key.PublicKey, key);
    Dictionary<string, byte[]> reports = new() { ["2024"] = Content(1), ["2025"] = Content(2) };
    foreach ((string report, byte[] content) in reports) await PutAsync(archive, report, content);
    await PutAsync(archive, "2025", reports["2025"] = Content(3));
    await foreach (ObjectDescription report in archive.ListAsync())
        Console.WriteLine($"listed {report.Unit}, version {report.Version}");

    bool ok = await MendAsync(archive, reports, 0, "loses everything", FolderFaults.Empty);
    ok &= await MendAsync(archive, reports, 1, "changes a bit in each of its files", FolderFaults.Tamper);

    await using Archive reader = new(directory, key.PublicKey, writerKey: null);
    try
    {
        await reader.PutAsync("2026", Content(4));
        ok = false;
    }
    catch (DepSkyException e)
    {
        Console.WriteLine($"a reader writes: {e.Message}");
    }
    ok &= await IsRightAsync(reader, reports);
    Console.WriteLine(ok ? "nothing was lost" : "something was lost");
    return ok ? 0 : 1;
}
finally
{
    if (args.Length == 0) Directory.Delete(directory, recursive: true);
}

// Readers believe only what this key signed, so it is kept with a folder that is kept.
static KeyPair WriterKey(string file)
{
    if (!File.Exists(file))
    {
        using KeyPair key = KeyPair.Generate();
        KeyFile.Save(file, key);
    }
    return KeyFile.Load(file);
}

static byte[] Content(int seed)
{
    byte[] content = new byte[200_000];
    new Random(seed).NextBytes(content);
    return content;
}

static async Task PutAsync(Archive archive, string report, byte[] content)
{
    ObjectDescription written = await archive.PutAsync(report, content);
    Console.WriteLine(
        $"put {written.Unit}, version {written.Version}: {written.SizeBytes} bytes, "
        + $"{written.StoredBytes} in all clouds together");
}

static async Task<bool> IsRightAsync(Archive archive, Dictionary<string, byte[]> reports)
{
    bool ok = true;
    foreach ((string report, byte[] content) in reports)
    {
        byte[] whole = await archive.GetAsync(report), part = await archive.GetAsync(report, 1000, 500);
        ok &= whole.AsSpan().SequenceEqual(content) && part.AsSpan().SequenceEqual(content.AsSpan(1000, 500));
    }
    return ok;
}

// One cloud fails; the others make up for it. The repair comes before the next one fails, as only one may.
async Task<bool> MendAsync(
    Archive archive, Dictionary<string, byte[]> reports, int cloud, string what, Action<string> fault)
{
    string name = Archive.NameOf(cloud);
    fault(Archive.FolderOf(directory, cloud));
    Console.WriteLine($"{name} {what}");
    bool ok = await IsRightAsync(archive, reports);
    Console.WriteLine(ok ? "  all reports are read as they were written" : "  a report is read wrong");

    Flaw[] found = await archive.VerifyAsync();
    ok &= found.Length > 0 && found.All(flaw => flaw.Cloud == name);
    foreach (Flaw flaw in found) Console.WriteLine($"  {flaw.Cloud} has {flaw.Kind} {flaw.What}");

    Flaw[] mended = await archive.RepairAsync();
    Flaw[] left = await archive.VerifyAsync();
    Console.WriteLine($"  the repair mended {mended.Length} of {found.Length} flaws; {left.Length} are left");
    return ok && mended.Length == found.Length && left.Length == 0;
}
