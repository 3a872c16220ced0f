using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Packages.Tests;

/// <summary>What a user gets: metadata, files, dependencies and public surface of every package.</summary>
public sealed class PackageTests(PackedPackages packages) : IClassFixture<PackedPackages>
{
    private static readonly string[] s_names =
    [
        "BftCloud.Links", "BftCloud.Primitives", "BftCloud.Simulation", "BftSmr", "BftSmr.Simulation", "DepSky",
        "KvStore", "KvStore.Gateway", "Memcache", "Memcache.Client",
    ];

    public static TheoryData<string> Names => [.. s_names];

    [Fact]
    public void There_are_these_packages_with_their_symbols_and_no_others() => Assert.Equal(
        s_names.SelectMany(static n => (string[])[$"{n}.0.1.0.nupkg", $"{n}.0.1.0.snupkg"])
            .Order(StringComparer.Ordinal),
        Directory.GetFiles(packages.Feed).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is_and_holds_what_it_says(string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(packages.FileOf(name));
        HashSet<string> files = [.. archive.Entries.Select(static e => e.FullName)];
        string[] expected =
            [$"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml", "README.md", "icon.png", "LICENSE"];
        Assert.All(expected, file => Assert.Contains(file, files));

        XElement metadata = Nuspec(archive, name);
        string Value(string element) => metadata.Elements().Single(e => e.Name.LocalName == element).Value;
        Assert.Equal(name, Value("id"));
        Assert.Equal("Apache-2.0", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.True(Value("description").Length > 40);

        using ZipArchive symbols = ZipFile.OpenRead(packages.FileOf(name, "snupkg"));
        Assert.Contains(symbols.Entries, e => e.FullName == $"lib/net10.0/{name}.pdb");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packages_of_ours_need_each_other_in_exactly_their_own_version(string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(packages.FileOf(name));
        foreach (XElement dependency in Nuspec(archive, name).Descendants().Where(
            static e => e.Name.LocalName == "dependency"))
        {
            string id = (string)dependency.Attribute("id")!;
            if (s_names.Contains(id)) Assert.Equal("[0.1.0]", (string)dependency.Attribute("version")!);
            Assert.DoesNotContain("Analyzers", id, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_packed_public_types_are_those_of_the_API_text(string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(packages.FileOf(name));
        using MemoryStream assembly = new();
        using (Stream entry = archive.GetEntry($"lib/net10.0/{name}.dll")!.Open()) entry.CopyTo(assembly);
        assembly.Position = 0;
        using PEReader reader = new(assembly);
        Assert.Equal(TypesOfText(name), TypesOf(reader.GetMetadataReader()));
    }

    [Fact]
    public void A_program_outside_of_the_checkout_runs_replicas_and_clients_from_the_packages()
    {
        string program = packages.NewFolder("program");
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Outside")))
            File.Copy(file, Path.Combine(program, Path.GetFileNameWithoutExtension(file)));
        File.WriteAllText(Path.Combine(program, "nuget.config"), NugetConfig(packages.NewFolder("cache")));

        (int exitCode, string output) = PackedPackages.Run(program, "run", "-c", "Release", "--project", program);
        Assert.True(exitCode == 0, output);
        Assert.Contains("read hello", output, StringComparison.Ordinal);
        Assert.Contains("reader hello", output, StringComparison.Ordinal);
        Assert.Contains("refused The replicas refused a command of client 1", output, StringComparison.Ordinal);
        Assert.Contains("health True", output, StringComparison.Ordinal);
        Assert.Contains("stopped", output, StringComparison.Ordinal);
    }

    // What is not ours is taken from where the build of the checkout has put it.
    private string NugetConfig(string cache)
    {
        string built = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{cache}" /></config>
              <packageSources>
                <clear />
                <add key="ours" value="{packages.Feed}" />
                <add key="others" value="{built}" />
              </packageSources>
            </configuration>
            """;
    }

    private static XElement Nuspec(ZipArchive archive, string name)
    {
        using Stream entry = archive.GetEntry($"{name}.nuspec")!.Open();
        return XDocument.Load(entry).Root!.Elements().Single(static e => e.Name.LocalName == "metadata");
    }

    /// <summary>A line of the API text that is one word is a type.</summary>
    private static string[] TypesOfText(string name) =>
        [.. ((string[])["Shipped", "Unshipped"])
            .SelectMany(part => File.ReadAllLines(
                Path.Combine(PackedPackages.Checkout(), "src", name, $"PublicAPI.{part}.txt")))
            .Where(static line => line.Length > 0 && !line.Contains(' ', StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private static string[] TypesOf(MetadataReader metadata) =>
        [.. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(static type => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .Order(StringComparer.Ordinal)];
}
