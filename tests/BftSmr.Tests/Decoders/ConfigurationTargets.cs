using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Configuration;

namespace BftSmr.Tests.Decoders;

/// <summary>What people write and copy: configuration, key files, addresses.</summary>
internal sealed class ConfigurationTargets(TemporaryDirectory directory)
{
    /// <summary>A file, its tokens, and an error with the stack that it took.</summary>
    private const long FileBytes = 256 << 10;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "null", "true", "{}", "[]", "// x\n", "/* x */", "\"\\u0000\"",
            "\"\\ud800\"", "\\u0000", "\\ud800", "\uFEFF", "\"replicas\"", "\"clients\"", "\"id\"", "\"key\"",
            "\"data\"", "\"window\"", "\"durability\"", "\"administrator\"", "\"metricsAddress\": ", "[::1]:1", "..",
            "/", "~",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80],
    ];

    private static readonly string[] Hosts = ["127.0.0.1", "[::1]", "replica.example.org", "r0"];

    public IEnumerable<FuzzTarget> All =>
    [
        Json(
            "cluster.json", SaveCluster, static file => ClusterFile.Load(file).ContentHash(),
            static (from, to) => ClusterFile.Save(ClusterFile.Load(from), to), rounds: 8),
        Json(
            "replica.json", SaveReplica, static file => ReplicaConfiguration.Load(file),
            static (from, to) => ReplicaConfiguration.Load(from).Save(to), rounds: 4),
        Json(
            "client.json", SaveClient, static file => ClientConfiguration.Load(file),
            static (from, to) => ClientConfiguration.Load(from).Save(to), rounds: 4),
        Json(
            "admin.json", SaveAdministrator, static file => AdministratorConfiguration.Load(file),
            static (from, to) => AdministratorConfiguration.Load(from).Save(to), rounds: 4),
        new(
            "key file", KeyFileText, LoadKey) { Refusals = [typeof(KeyFileException)], AllocatedBytes = 32 << 10,
            Rounds = 8, Words = [.. new[] { "\r\n", "\n", "public ", "secret " }.Select(Encoding.ASCII.GetBytes)] },
        new(
            "public key", static random => Encoding.ASCII.GetBytes(Key(random).ToString()),
            static bytes => PublicKey.Parse(Encoding.Latin1.GetString(bytes)) is not null)
        {
            Refusals = [typeof(FormatException)],
            Normal = static bytes =>
                Encoding.ASCII.GetBytes(PublicKey.Parse(Encoding.Latin1.GetString(bytes)).ToString()),
            AllocatedBytes = 16 << 10,
        },
        new(
            "address", static random => Encoding.ASCII.GetBytes(Address(random)),
            static bytes => HostPort.TryParse(Encoding.UTF8.GetString(bytes), out _))
        {
            Normal = static bytes =>
                HostPort.TryParse(Encoding.UTF8.GetString(bytes), out HostPort address)
                    ? Encoding.UTF8.GetBytes(address.ToString())
                    : [],
            AllocatedBytes = 16 << 10,
            Words =
                [.. new[] { "[", "]", ":", "::", "::1", "%1", "xn--", "\u00e4", "\u0130", "\uFF0E" }
                    .Select(Encoding.UTF8.GetBytes)],
        },
    ];

    private FuzzTarget Json(
        string name, Action<Random, string> save, Func<string, object> load, Action<string, string> again, int rounds)
    {
        string file = directory.At(name), second = directory.At("again-" + name);
        return new FuzzTarget(
            name,
            random =>
            {
                save(random, file);
                return File.ReadAllBytes(file);
            },
            bytes =>
            {
                File.WriteAllBytes(file, bytes);
                return load(file) is not null;
            })
        {
            Refusals = [typeof(ConfigurationException)],
            Normal = bytes =>
            {
                File.WriteAllBytes(file, bytes);
                again(file, second);
                return File.ReadAllBytes(second);
            },
            AllocatedBytes = FileBytes,
            AllocatedBytesPerByte = 200,
            Words = Words,
            Rounds = rounds,
        };
    }

    private static void SaveCluster(Random random, string file) => new ClusterConfiguration
    {
        ClusterId = "c" + random.Next().ToString("x", CultureInfo.InvariantCulture),
        F = 1,
        Service = "kv",
        Replicas = [.. Enumerable.Range(0, random.Next(4, 6)).Select(i => new ReplicaEndpoint(
            $"10.0.0.{i}:{random.Next(1, 65536)}", $"10.0.1.{i}:{random.Next(1, 65536)}", Key(random)))],
        Clients =
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new ClientIdentity($"client{i}", Key(random)))],
        Administrator = random.Next(2) == 0 ? null : Key(random),
        Durability = (Durability)random.Next(3),
        RequestAuthentication = (RequestAuthentication)random.Next(2),
        Window = random.Next(1, 1025),
        BatchRequestsMax = random.Next(1, 65_537),
        OperationBytesMax = random.Next(1, 1 << 20),
        BatchBytesMax = random.Next(2 << 20, 64 << 20),
        ReplyBytesMax = random.Next(32, 32 << 20),
        RequestTimeoutMs = random.Next(10, 600_001),
        CheckpointPeriod = random.Next(1, 250_000),
        CheckpointBytes = random.NextInt64(64 << 10, (1L << 40) + 1),
    }.Save(file);

    private void SaveReplica(Random random, string file) => new ReplicaConfiguration
    {
        Id = random.Next(4),
        ClusterFile = directory.At("cluster.json"),
        DataDirectory = directory.At($"data{random.Next()}"),
        KeyFile = directory.At("a \"key\" \u00e4.key"),
        PeerListenAddress = random.Next(2) == 0 ? null : Address(random),
        MetricsAddress = random.Next(2) == 0 ? null : Address(random),
    }.Save(file);

    private void SaveClient(Random random, string file) =>
        new ClientConfiguration
        {
            Id = random.Next(65_536),
            ClusterFile = directory.At("cluster.json"),
            KeyFile = directory.At("node.key"),
        }.Save(file);

    private void SaveAdministrator(Random random, string file) =>
        new AdministratorConfiguration
        {
            ClusterFile = directory.At($"cluster{random.Next()}.json"),
            KeyFile = directory.At("admin.key"),
        }.Save(file);

    private byte[] KeyFileText(Random random)
    {
        byte[] seed = new byte[KeyPair.SeedSize];
        random.NextBytes(seed);
        string file = directory.At("node.key");
        File.Delete(file);
        using KeyPair pair = KeyPair.FromSeed(seed);
        KeyFile.Save(file, pair);
        return File.ReadAllBytes(file);
    }

    private bool LoadKey(byte[] bytes)
    {
        File.WriteAllBytes(directory.At("node.key"), bytes); // its mode stays what it was saved with
        using KeyPair pair = KeyFile.Load(directory.At("node.key"));
        return true;
    }

    private static PublicKey Key(Random random)
    {
        byte[] bytes = new byte[PublicKey.Size];
        random.NextBytes(bytes);
        return new PublicKey(bytes);
    }

    private static string Address(Random random) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hosts[random.Next(Hosts.Length)]}:{random.Next(1, 65536)}");
}
