using DepSky.Clouds.Http;

namespace DepSky.Tests.Clouds.Servers;

/// <summary>Azurite, Microsoft's emulator of Azure Storage; what it stores is in its memory.</summary>
internal sealed class AzureBlobServer(ServerProcess process) : CloudServer(process)
{
    private const string Account = "depskytest";

    /// <summary>Given to the emulator at its start; the key of nothing else.</summary>
    public override string Secret => Convert.ToBase64String("the key of an emulator in a test"u8);

    public static async Task<AzureBlobServer> StartAsync()
    {
        await ServerPackages.InstallAsync();
        string key = Convert.ToBase64String("the key of an emulator in a test"u8);
        return new AzureBlobServer(await ServerProcess.StartAsync(
            ServerPackages.Folder, "env", $"AZURITE_ACCOUNTS={Account}:{key}",
            "node", "node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1",
            "--blobPort", "0", "--silent", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"));
    }

    public override ICloud Open(string name, string space) => Open(name, Address, space, Secret, RequestPolicy.Default);

    public override ICloud OpenWithWrongCredentials(string name, string space) =>
        Open(
            name, Address, space, Convert.ToBase64String("a key of the wrong account, alas!"u8),
            RequestPolicy.Default);

    public override ICloud OpenAt(Uri address, string name, RequestPolicy? policy = null) =>
        Open(name, address, "container", Secret, policy ?? Once);

    public override string Configuration(string name, string space) =>
        $$"""{ "name": "{{name}}", "kind": "azure", "endpoint": "{{Address}}{{Account}}", "account": "{{Account}}", """
        + $$""" "container": "{{space}}", "secretEnvironment": "{{SecretVariable}}_AZURE" }""";

    private static AzureBlobCloud Open(string name, Uri address, string container, string key, RequestPolicy policy) =>
        new(
            name,
            new AzureBlobCloudOptions
            {
                Endpoint = new Uri(address, Account), Account = Account, AccountKey = key, Container = container,
            },
            null, policy);
}
