using System.Globalization;
using BftCloud.Common;
using DepSky;
using Spectre.Console;

namespace BftCloud.Features.DepSky;

/// <summary>Shows objects that are spread over clouds, and what is wrong with them.</summary>
internal static class DepSkyOutput
{
    /// <summary>More flaws of one kind than this are summed up.</summary>
    private const int FlawsShownMax = 10;

    /// <summary>One version, in a line or more for people.</summary>
    public static void Write(ObjectDescription description, bool json, string? line = null)
    {
        if (json)
        {
            JsonOutput.Write(DepSkyObjectReport.Of(description), DepSkyJson.Default.DepSkyObjectReport);
            return;
        }
        WriteFaults(description.Faults);
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

    public static void WriteListing(IReadOnlyList<ObjectDescription> objects, bool json)
    {
        if (json)
        {
            JsonOutput.Write([.. objects.Select(DepSkyObjectReport.Of)], DepSkyJson.Default.ListDepSkyObjectReport);
            return;
        }
        WriteFaults([.. objects.SelectMany(static description => description.Faults)]);
        if (objects.Count == 0)
        {
            Console.Error.WriteLine("There are no objects.");
            return;
        }
        Table table = new Table().Border(TableBorder.None).AddColumns("unit", "version", "size", "written");
        table.Columns[2].RightAligned();
        foreach (ObjectDescription description in objects)
        {
            table.AddRow(
                Markup.Escape(description.Unit), description.Version.ToString(), ByteCount.Show(description.SizeBytes),
                description.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        Terminal.Out.Write(table);
    }

    /// <summary>Warns of clouds whose faults were made up for.</summary>
    public static void WriteFaults(IReadOnlyList<CloudFault> faults)
    {
        foreach (CloudFault fault in faults.DistinctBy(static fault => (fault.Cloud, fault.Kind)))
            Console.Error.WriteLine($"bftcloud: warning: {fault}");
    }

    public static void WriteReports(IReadOnlyList<VerificationReport> reports, bool json, string configuration)
    {
        if (json)
        {
            JsonOutput.Write([.. reports.Select(DepSkyVerification.Of)], DepSkyJson.Default.ListDepSkyVerification);
            return;
        }
        foreach (VerificationReport report in reports)
        {
            string state = report.IsSound ? "sound" : report.IsReadable ? "damaged, but readable" : "NOT READABLE";
            Console.Out.WriteLine($"{report.Object.Unit}, version {report.Object.Version}: {state}");
            WriteFlaws("mended", report.Mended);
            WriteFlaws("wrong", report.Flaws);
        }
        if (reports.Count == 0) Console.Error.WriteLine("There are no objects.");
        string[] broken =
        [
            .. reports.Where(static report => !report.IsSound).Select(static report => report.Object.Unit)
        ];
        if (broken.Length == 0) return;
        string[] unreachable =
        [
            .. reports.SelectMany(static report => report.Flaws)
                .Where(static flaw => flaw.Kind == FlawKind.Unreachable)
                .Select(static flaw => flaw.Cloud)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Console.Error.WriteLine(unreachable.Length == 0
            ? $"bftcloud: {broken.Length} of {reports.Count} objects are not sound. Mend them: "
                + $"bftcloud depsky repair --config {configuration}"
            : $"bftcloud: {broken.Length} of {reports.Count} objects are not sound. "
                + $"Bring back {string.Join(", ", unreachable)}, or put another cloud in its place in {configuration}; "
                + $"then: bftcloud depsky repair --config {configuration}");
    }

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
}
