using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BftCloud.Common;
using DepSky;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary>
/// What <c>bftcloud depsky demo</c> shows: an object over four folders, one of them destroyed, then another one
/// damaged, then two at once. Every claim that it prints it has checked.
/// </summary>
internal sealed class DepSkyDemonstration : IAsyncDisposable
{
    private const string Unit = "diary";
    private const int ContentBytes = 10_000_000;
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("The treasure is buried under the old oak tree. ");

    private readonly TextWriter _out;
    private readonly string _directory = Directory.CreateTempSubdirectory("depsky-demo-").FullName;
    private readonly byte[] _content = new byte[ContentBytes];
    private readonly ConfiguredClient _clouds;
    private int _step;

    private DepSkyDemonstration(TextWriter output)
    {
        _out = output;
        for (int at = 0; at < ContentBytes; at += Secret.Length)
            Secret.AsSpan(0, Math.Min(Secret.Length, ContentBytes - at)).CopyTo(_content.AsSpan(at));
        _clouds = DepSkyConfiguration.Load(DepSkyDirectory.Create(Path.Combine(_directory, "demo"), clouds: 4)).Open();
    }

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using DepSkyDemonstration demonstration = new(output);
        await demonstration.RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _clouds.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Say(
            "Four clouds, of which any one may be faulty. Here each is a folder; "
            + "S3, Azure Blob and WebDAV work the same");
        ObjectDescription written = await _clouds.Client.PutAsync(
            Unit, new MemoryStream(_content), cancellationToken: cancellationToken);
        await _clouds.Client.DrainAsync();
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Wrote '{Unit}', {ByteCount.Show(written.SizeBytes)} of text, as version {written.Version}. "
            + $"All clouds together store {ByteCount.Show(written.StoredBytes)}, "
            + $"{(double)written.StoredBytes / written.SizeBytes:0.0} times the size; four copies would be 4 times."));
        foreach (int cloud in Clouds())
            _out.WriteLine($"  cloud{cloud} holds {ByteCount.Show(Files(cloud).Sum(static file => file.Length))}");

        Say("No cloud can read it");
        if (Clouds().SelectMany(Files).Any(HoldsText))
            throw new CommandFailedException("The text was found in a cloud.");
        _out.WriteLine(
            "The text says where a treasure is buried. None of the words is in any file of any cloud: "
            + "each holds a part of the encrypted content,");
        _out.WriteLine("and one share of the key, which tells nothing without a second.");

        int destroyed = Holder();
        Say($"cloud{destroyed} is destroyed: everything in it is deleted");
        Empty(destroyed);
        await ReadAsync(cancellationToken);

        Say("Reading does not mend anything; repair does. First: what is wrong?");
        VerificationReport found = await _clouds.Client.VerifyAsync(Unit, cancellationToken: cancellationToken);
        Show("wrong", found.Flaws);
        VerificationReport repaired = await _clouds.Client.RepairAsync(Unit, cancellationToken: cancellationToken);
        Show("mended", repaired.Mended);
        if (!repaired.IsSound) throw new CommandFailedException("The repair left flaws.");
        _out.WriteLine("All of it was rebuilt from the other clouds.");

        int corrupted = Clouds().First(cloud => cloud != destroyed && Blocks(cloud).Any());
        Say($"cloud{corrupted} lies: one byte of every block in it is changed, and nothing tells from outside");
        foreach (FileInfo block in Blocks(corrupted)) Damage(block);
        await ReadAsync(cancellationToken);
        found = await _clouds.Client.VerifyAsync(Unit, cancellationToken: cancellationToken);
        Show("wrong", found.Flaws);
        repaired = await _clouds.Client.RepairAsync(Unit, cancellationToken: cancellationToken);
        Show("mended", repaired.Mended);

        await LoseTwoAsync(cancellationToken);

        Say("What was shown");
        _out.WriteLine(
            "An object lives in four clouds that need not be trusted. One of them may vanish, lie, or be read by "
            + "strangers: the object stays");
        _out.WriteLine(
            "readable, correct and secret, and what was lost is rebuilt. It costs one and a half times the space.");
        _out.WriteLine("Your own: bftcloud depsky init --local 4 --out DIR");
    }

    private async Task LoseTwoAsync(CancellationToken cancellationToken)
    {
        Say("Four clouds do not tolerate the loss of two: the read fails and says so, and never gives wrong bytes");
        int[] gone = [.. Clouds().Where(cloud => Blocks(cloud).Any()).Take(2)];
        foreach (int cloud in gone) Directory.Delete(Folder(cloud), recursive: true);
        try
        {
            await _clouds.Client.GetAsync(Unit, Stream.Null, cancellationToken: cancellationToken);
            throw new CommandFailedException("It was read all the same.");
        }
        catch (DepSkyException e)
        {
            _out.WriteLine(
                $"{string.Join(" and ", gone.Select(static cloud => $"cloud{cloud}"))} are gone, folders and all. "
                + $"Reading '{Unit}' now says:");
            _out.WriteLine($"  {e.Message}");
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        using MemoryStream read = new(ContentBytes);
        ObjectDescription description = await _clouds.Client.GetAsync(Unit, read, cancellationToken: cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(read.GetBuffer().AsSpan(0, (int)read.Length), _content))
            throw new CommandFailedException("Other bytes were read than were written.");
        _out.WriteLine(
            $"Read '{Unit}', version {description.Version}: all {ByteCount.Show(read.Length)} are as they were "
            + "written.");
    }

    private void Say(string title) =>
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(_step++ == 0 ? "" : "\n")}{_step}. {title}"));

    private void Show(string title, IReadOnlyList<Flaw> flaws)
    {
        foreach (var group in flaws.GroupBy(static flaw => (flaw.Cloud, flaw.Kind)))
        {
            _out.WriteLine(
                $"  {title}: {group.Key.Cloud}: {group.Key.Kind.ToString().ToLowerInvariant()}: "
                + $"{string.Join(", ", group.Select(static flaw => flaw.What))}");
        }
    }

    private static IEnumerable<int> Clouds() => Enumerable.Range(0, 4);

    /// <summary>A cloud that holds blocks: with the preferred quorum one holds none.</summary>
    private int Holder() => Clouds().First(cloud => Blocks(cloud).Any());

    private string Folder(int cloud) =>
        Path.Combine(_directory, "demo", "clouds", string.Create(CultureInfo.InvariantCulture, $"cloud{cloud}"));

    private IEnumerable<FileInfo> Files(int cloud) =>
        new DirectoryInfo(Folder(cloud)).EnumerateFiles("*", SearchOption.AllDirectories);

    private static bool HoldsText(FileInfo file) =>
        File.ReadAllBytes(file.FullName).AsSpan().IndexOf(Secret.AsSpan(0, 12)) >= 0;

    private IEnumerable<FileInfo> Blocks(int cloud) =>
        Files(cloud).Where(static file => file.FullName.Contains("/.data/", StringComparison.Ordinal));

    private void Empty(int cloud)
    {
        Directory.Delete(Folder(cloud), recursive: true);
        Directory.CreateDirectory(Folder(cloud));
    }

    private static void Damage(FileInfo file)
    {
        using FileStream stream = file.Open(FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        int value = stream.ReadByte();
        stream.Position = stream.Length / 2;
        stream.WriteByte((byte)(value ^ 1));
    }
}
