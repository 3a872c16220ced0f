using System.Globalization;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary>Shows objects that are spread over clouds, and what is wrong with them.</summary>
internal static class DepSkyOutput
{
    /// <summary>More flaws of one kind than this are summed up.</summary>
    private const int FlawsShownMax = 10;

    /// <summary>One version, in a line or more for people.</summary>
    public static void Write(
        ObjectDescription description, bool json, IReadOnlyList<CloudReport> clouds, string? line = null)
    {
        if (json)
        {
            JsonOutput.Write(
                DepSkyObjectReport.Of(description, clouds), DepSkyJson.Default.DepSkyObjectReport);
            return;
        }
        string factor = description.SizeBytes == 0
            ? ""
            : $" ({(double)description.StoredBytes / description.SizeBytes:0.00} times the size)";
        Console.Out.WriteLine(line ?? string.Create(CultureInfo.InvariantCulture,
            $"""
            unit        {description.Unit}
            version     {description.Version}
            size        {description.SizeBytes} bytes ({ByteCount.Show(description.SizeBytes)})
            written     {description.CreatedAt:yyyy-MM-dd HH:mm:ss}Z
            protection  {description.Protection.ToString().ToLowerInvariant()}
            segments    {description.Segments}
            stored      {description.StoredBytes} bytes{factor}
            """));
    }

    /// <summary>Objects as they are found: the first lines are there before the last objects are known.</summary>
    public static async Task WriteListingAsync(
        IAsyncEnumerable<ObjectDescription> objects, bool json, CancellationToken cancellationToken)
    {
        if (json)
        {
            await JsonOutput.WriteArrayAsync(
                objects, DepSkyObjectReport.Of, DepSkyJson.Default.DepSkyObjectReport, cancellationToken);
            return;
        }
        bool isFirst = true;
        await foreach (ObjectDescription found in objects.WithCancellation(cancellationToken))
        {
            if (isFirst) WriteRow("unit", "version", "size", "written");
            isFirst = false;
            WriteRow(
                found.Unit, found.Version.ToString(), ByteCount.Show(found.SizeBytes),
                found.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        if (isFirst) Console.Error.WriteLine("There are no objects.");
    }

    /// <summary>Warns of what clouds failed at, though it was made up for: a line for each cloud.</summary>
    /// <param name="clouds">What was seen of the clouds.</param>
    /// <param name="withFailures">Whether failures are told.</param>
    /// <param name="withRetries">Whether it is told how many requests were tried again.</param>
    public static void WriteClouds(IReadOnlyList<CloudReport> clouds, bool withFailures, bool withRetries)
    {
        foreach (CloudReport cloud in clouds)
        {
            if (withFailures && cloud.Failures > 0)
            {
                string more = cloud.Failures > cloud.Faults.Count
                    ? string.Create(
                        CultureInfo.InvariantCulture, $" ({cloud.Failures} failures; the first of each kind are told)")
                    : "";
                Console.Error.WriteLine(
                    $"bftcloud: warning: {cloud.Cloud}: "
                    + $"{string.Join("; ", cloud.Faults.Select(static fault => fault.What))}{more}");
            }
            if (withRetries)
                Console.Error.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"bftcloud: {cloud.Cloud}: {cloud.Retries} requests were tried again."));
        }
    }

    /// <summary>What was found of objects, as it is found.</summary>
    /// <returns>How many objects there are, and how many are not sound.</returns>
    public static async Task<(int Objects, int Broken)> WriteReportsAsync(
        IAsyncEnumerable<VerificationReport> reports, bool json, string configuration,
        CancellationToken cancellationToken)
    {
        Tally tally = new();
        if (json)
        {
            await JsonOutput.WriteArrayAsync(
                reports, report => DepSkyVerification.Of(tally.Count(report)), DepSkyJson.Default.DepSkyVerification,
                cancellationToken);
            return (tally.Objects, tally.Broken);
        }
        await foreach (VerificationReport report in reports.WithCancellation(cancellationToken))
            WriteReport(tally.Count(report));
        if (tally.Objects == 0) Console.Error.WriteLine("There are no objects.");
        WriteAdvice(tally, configuration);
        return (tally.Objects, tally.Broken);
    }

    /// <summary>What was found of one object.</summary>
    public static void WriteReport(VerificationReport report)
    {
        string state = report.IsSound ? "sound" : report.IsReadable ? "damaged, but readable" : "NOT READABLE";
        Console.Out.WriteLine($"{report.Object.Unit}, version {report.Object.Version}: {state}");
        WriteFlaws("mended", report.Mended);
        WriteFlaws("wrong", report.Flaws);
    }

    private static void WriteAdvice(Tally tally, string configuration)
    {
        if (tally.Broken == 0) return;
        if (tally.Misplaced.Count > 0)
        {
            Console.Error.WriteLine(
                $"bftcloud: the clouds in {configuration} stand in another order than when objects were written: "
                + $"{string.Join(", ", tally.Misplaced)} stand in the place of others. Put them back in order; "
                + "repair overwrites nothing in them.");
            return;
        }
        Console.Error.WriteLine(tally.Unreachable.Count == 0
            ? $"bftcloud: {tally.Broken} of {tally.Objects} objects are not sound. Mend them: "
                + $"bftcloud depsky repair --config {configuration}"
            : $"bftcloud: {tally.Broken} of {tally.Objects} objects are not sound. "
                + $"Bring back {string.Join(", ", tally.Unreachable)}, or put another cloud in its place in "
                + $"{configuration}; then: bftcloud depsky repair --config {configuration}");
    }

    private static void WriteRow(string unit, string version, string size, string written) =>
        Console.Out.WriteLine($"{unit,-32}  {version,-9}  {size,10}  {written}");

    private static void WriteFlaws(string title, IReadOnlyList<Flaw> flaws)
    {
        foreach (var group in flaws.GroupBy(static flaw => (flaw.Cloud, flaw.Kind)))
        {
            foreach (Flaw flaw in group.Take(FlawsShownMax))
            {
                Console.Out.WriteLine(
                    $"  {title}: {flaw.Cloud}: {flaw.What} {flaw.Kind.ToString().ToLowerInvariant()}: {flaw.Why}");
            }
            if (group.Count() > FlawsShownMax)
            {
                Console.Out.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {title}: {group.Key.Cloud}: and {group.Count() - FlawsShownMax} more "
                        + $"{group.Key.Kind.ToString().ToLowerInvariant()}"));
            }
        }
    }

    /// <summary>What is left to say when all objects have been told of.</summary>
    private sealed class Tally
    {
        public int Objects { get; private set; }

        public int Broken { get; private set; }

        public SortedSet<string> Unreachable { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Misplaced { get; } = new(StringComparer.Ordinal);

        public VerificationReport Count(VerificationReport report)
        {
            Objects++;
            if (report.IsSound) return report;
            Broken++;
            foreach (Flaw flaw in report.Flaws)
            {
                if (flaw.Kind == FlawKind.Unreachable) Unreachable.Add(flaw.Cloud);
                if (flaw.Kind == FlawKind.Misplaced) Misplaced.Add(flaw.Cloud);
            }
            return report;
        }
    }
}
