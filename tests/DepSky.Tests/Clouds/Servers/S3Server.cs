using DepSky.Clouds.Http;

namespace DepSky.Tests.Clouds.Servers;

/// <summary>s3rver, made to check signatures; what it stores is in its memory.</summary>
internal sealed class S3Server(ServerProcess process) : CloudServer(process)
{
    private const string AccessKey = "S3RVER";

    public override string Secret => "S3RVER";

    public static async Task<S3Server> StartAsync()
    {
        await ServerPackages.InstallAsync();
        return new S3Server(
            await ServerProcess.StartAsync(
                ServerPackages.Folder, "node", "--openssl-legacy-provider", "s3-server.cjs"));
    }

    public override ICloud Open(string name, string space) => Open(name, Address, space, Secret, RequestPolicy.Default);

    public override ICloud OpenWithWrongCredentials(string name, string space) =>
        Open(name, Address, space, "not-the-secret-key", RequestPolicy.Default);

    public override ICloud OpenAt(Uri address, string name, RequestPolicy? policy = null) =>
        Open(name, address, "bucket", Secret, policy ?? Once);

    public override string Configuration(string name, string space) =>
        $$"""{ "name": "{{name}}", "kind": "s3", "endpoint": "{{Address}}", "bucket": "{{space}}", """
        + $$""" "accessKey": "{{AccessKey}}", "secretEnvironment": "{{SecretVariable}}_S3" }""";

    private static S3Cloud Open(string name, Uri address, string bucket, string secret, RequestPolicy policy) =>
        new(
            name,
            new S3CloudOptions { Endpoint = address, Bucket = bucket, AccessKey = AccessKey, SecretKey = secret },
            policy);
}
