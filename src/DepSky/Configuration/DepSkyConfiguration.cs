using System.Globalization;
using BftCloud.Primitives;

namespace DepSky.Configuration;

/// <summary>
/// What a client is told: the contents of <c>depsky.json</c>. Paths are absolute here, relative to the file in it.
/// </summary>
internal sealed record DepSkyConfiguration
{
    private const int CallTimeoutSecondsDefault = 60;
    private const int RetentionSecondsDefault = 600;
    private const int SegmentKiBDefault = 4096;

    /// <summary>f: how many clouds may be faulty in any way.</summary>
    public required int Faulty { get; init; }

    /// <summary>What clouds may learn.</summary>
    public DataProtection Protection { get; init; } = DataProtection.Confidential;

    /// <summary>In how many clouds blocks are stored.</summary>
    public QuorumMode Quorum { get; init; } = QuorumMode.Preferred;

    /// <summary>The key that versions are signed by.</summary>
    public required PublicKey Writer { get; init; }

    /// <summary>File of the key that signs; null for a client that only reads.</summary>
    public string? WriterKeyFile { get; init; }

    /// <summary>File of the secret that readers share; null if there is none.</summary>
    public string? ReaderKeyFile { get; init; }

    /// <summary>The clouds; their order is part of what is stored.</summary>
    public required IReadOnlyList<CloudConfiguration> Clouds { get; init; }

    /// <summary>How long one request to a cloud may take, in seconds.</summary>
    public int CallTimeoutSeconds { get; init; } = CallTimeoutSecondsDefault;

    /// <summary>How long a superseded version is kept, in seconds.</summary>
    public int RetentionSeconds { get; init; } = RetentionSecondsDefault;

    /// <summary>The content's length in a segment, in KiB.</summary>
    public int SegmentKiB { get; init; } = SegmentKiBDefault;

    /// <summary>Reads and checks a <c>depsky.json</c>; not the files it names.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used; the message names the key and the
    /// remedy.</exception>
    public static DepSkyConfiguration Load(string file)
    {
        if (Directory.Exists(file))
            throw new ConfigurationException(file, "is a directory. Name the depsky.json in it.");
        if (!File.Exists(file))
            throw new ConfigurationException(
                file,
                "there is no such file. Check the path, or make one with 'bftcloud depsky init --local 4 --out DIR'.");
        SettingsReader settings = SettingsReader.Load(file);
        DepSkyConfiguration configuration = new()
        {
            Faulty = settings.Integer("faulty"),
            Protection = settings.Choice("protection", DataProtection.Confidential),
            Quorum = settings.Choice("quorum", QuorumMode.Preferred),
            Writer = settings.Parsed("writer", PublicKey.Parse),
            WriterKeyFile = settings.Has("writerKey") ? settings.FilePath("writerKey") : null,
            ReaderKeyFile = settings.Has("readerKey") ? settings.FilePath("readerKey") : null,
            CallTimeoutSeconds = Bounded(settings, "callTimeoutSeconds", CallTimeoutSecondsDefault, 1, 3600),
            RetentionSeconds = Bounded(settings, "retentionSeconds", RetentionSecondsDefault, 0, 30 * 24 * 3600),
            SegmentKiB = Bounded(settings, "segmentKiB", SegmentKiBDefault, 4, 64 << 10),
            Clouds = settings.List("clouds", CloudConfiguration.Read),
        };
        // Keys that may be left out are known all the same.
        _ = (settings.OptionalText("writerKey"), settings.OptionalText("readerKey"));
        settings.End();
        Check(settings, configuration);
        return configuration;
    }

    /// <summary>Writes a <c>depsky.json</c> with comments.</summary>
    public void Save(string file)
    {
        SettingsWriter writer = new SettingsWriter()
            .Comment(
                "Objects over several clouds. Paths are relative to this file. "
                + "All readers and writers of the same units need the same clouds in the same order.")
            .Comment(
                "Of n clouds so many may be faulty in any way at a time; n is at least 3 times as much and one more.")
            .Add("faulty", Faulty)
            .Comment(
                "confidential: encrypted, each cloud holds a part that tells nothing; "
                + "replicated: each cloud holds all of it, in clear.")
            .Add("protection", Protection)
            .Comment(
                "preferred: blocks go to n-f clouds, and spill over where one fails; "
                + "all: to all that do not keep the writer waiting.")
            .Add("quorum", Quorum)
            .Comment("The public key that versions are signed by; nothing else is believed.")
            .Add("writer", Writer.ToString());
        if (WriterKeyFile is not null)
            writer.Comment(
                "Its secret half. A client that only reads needs a copy of this file without this line.")
                .Add("writerKey", SettingsWriter.Relative(file, WriterKeyFile));
        if (ReaderKeyFile is not null)
            writer.Comment(
                "A secret of all readers: without it even all clouds together cannot read. "
                + "Keep a copy: if it is lost, so is all that was written with it.")
                .Add("readerKey", SettingsWriter.Relative(file, ReaderKeyFile));
        writer.Comment(
            "How long a request to a cloud may take, and how long superseded versions are kept for their readers.")
            .Add("callTimeoutSeconds", CallTimeoutSeconds)
            .Add("retentionSeconds", RetentionSeconds)
            .Add("segmentKiB", SegmentKiB)
            .Comment(
                "kind folder: path; s3: endpoint, region, bucket, accessKey; "
                + "azure: endpoint, account, container; webdav: endpoint, user.")
            .Comment("The secret of each is in the first line of 'secretFile', or in the variable 'secretEnvironment'.")
            .AddList("clouds", Clouds, cloud => cloud.Fields(file))
            .Save(file);
    }

    /// <summary>Reads keys and secrets, and makes the client. Nothing is sent yet.</summary>
    /// <param name="wrap">Puts something in front of each cloud, for example a <see cref="Clouds.Faults.FaultyCloud"/>
    /// in a drill; null for nothing.</param>
    /// <exception cref="ConfigurationException">A secret cannot be read, or the settings cannot work
    /// together.</exception>
    /// <exception cref="KeyFileException">A key file cannot be used.</exception>
    public ConfiguredClient Open(Func<ICloud, ICloud>? wrap = null) => ConfiguredClient.Open(this, wrap);

    private static int Bounded(SettingsReader settings, string key, int fallback, int min, int max)
    {
        int value = settings.Integer(key, fallback);
        return value >= min
            && value <= max
                ? value
                : throw settings.Error(
                    key,
                    string.Create(CultureInfo.InvariantCulture, $"is {value}, but must be between {min} and {max}."));
    }

    private static void Check(SettingsReader settings, DepSkyConfiguration configuration)
    {
        int clouds = configuration.Clouds.Count, wanted = 3 * configuration.Faulty + 1;
        if (configuration.Faulty is < 1 or > (CloudQuorums.CloudsMax - 1) / 3)
            throw settings.Error(
                "faulty",
                string.Create(CultureInfo.InvariantCulture,
                    $"is {configuration.Faulty}, but must be between 1 and {(CloudQuorums.CloudsMax - 1) / 3}."));
        if (clouds < wanted || clouds > CloudQuorums.CloudsMax)
            throw settings.Error(
                "clouds",
                string.Create(CultureInfo.InvariantCulture,
                    $"has {clouds} clouds; to tolerate {configuration.Faulty} faulty ones, "
                    + $"there must be {wanted} to {CloudQuorums.CloudsMax}."));
        string? twice = configuration.Clouds.GroupBy(
            static cloud => cloud.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key;
        if (twice is not null)
            throw settings.Error("clouds", $"has two clouds named '{twice}'. Give each a name of its own.");
        for (int i = 0; i < clouds; i++)
        {
            for (int j = 0; j < i; j++) CheckApart(settings, configuration.Clouds[j], configuration.Clouds[i]);
        }
    }

    private static void CheckApart(SettingsReader settings, CloudConfiguration first, CloudConfiguration second)
    {
        string one = first.Place, other = second.Place;
        string what = second is FolderConfiguration folder ? $"the folder {folder.Path}" : "one place";
        if (one == other)
            throw settings.Error(
                "clouds",
                $"has two clouds in {what}: '{first.Name}' and '{second.Name}' are both in {one}. "
                + "Give each a place of its own: they would fail together, and overwrite each other's parts.");
        if (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal))
            throw settings.Error(
                "clouds",
                $"has a cloud within another: '{first.Name}' is in {one}, and '{second.Name}' in {other}. "
                + "Give each a place of its own, beside the other.");
    }
}
