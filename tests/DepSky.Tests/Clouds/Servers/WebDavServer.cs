using DepSky.Clouds.Http;

namespace DepSky.Tests.Clouds.Servers;

/// <summary><c>rclone serve webdav</c> on a folder of its own.</summary>
internal sealed class WebDavServer : CloudServer
{
    private const string User = "depsky";

    private readonly TemporaryDirectory _folder;

    private WebDavServer(ServerProcess process, TemporaryDirectory folder) : base(process) => _folder = folder;

    public override string Secret => "a password: with a colon";

    public static async Task<WebDavServer> StartAsync()
    {
        TemporaryDirectory folder = new();
        string settings = folder.At("rclone.conf");
        await File.WriteAllTextAsync(settings, "");
        string data = Directory.CreateDirectory(folder.At("data")).FullName;
        return new WebDavServer(
            await ServerProcess.StartAsync(
                folder.Path, "rclone", "serve", "webdav", data, "--config", settings,
                "--addr", "127.0.0.1:0", "--user", User, "--pass", "a password: with a colon"),
            folder);
    }

    public override ICloud Open(string name, string space) => Open(name, Address, space, Secret, RequestPolicy.Default);

    public override ICloud OpenWithWrongCredentials(string name, string space) =>
        Open(name, Address, space, "not the password", RequestPolicy.Default);

    public override ICloud OpenAt(Uri address, string name, RequestPolicy? policy = null) =>
        Open(name, address, "folder", Secret, policy ?? Once);

    public override string Configuration(string name, string space) =>
        $$"""{ "name": "{{name}}", "kind": "webdav", "endpoint": "{{Address}}{{space}}", """
        + $$""" "user": "{{User}}", "secretEnvironment": "{{SecretVariable}}_WEBDAV" }""";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private static WebDavCloud Open(
        string name, Uri address, string space, string password, RequestPolicy policy) =>
        new(
            name, new WebDavCloudOptions { Endpoint = new Uri(address, space), User = User, Password = password },
            policy);
}
