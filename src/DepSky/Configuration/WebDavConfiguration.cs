using BftCloud.Primitives;
using DepSky.Clouds.Http;

namespace DepSky.Configuration;

/// <summary>A cloud in a folder on a WebDAV server.</summary>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Endpoint">The folder's address; https, except on this machine, because the password goes over
/// it.</param>
/// <param name="User">The user.</param>
/// <param name="Secret">Where the password comes from.</param>
internal sealed record WebDavConfiguration(
    string Name, Uri Endpoint, string User, SecretSource Secret) : CloudConfiguration(Name)
{
    internal const string Kind = "webdav";

    private protected override ICloud Open(RequestPolicy policy) =>
        new WebDavCloud(
            Name, new WebDavCloudOptions { Endpoint = Endpoint, User = User, Password = Secret.Read() }, policy);

    /// <inheritdoc/>
    /// <remarks>Another user of the same address may have another folder.</remarks>
    internal override string Place => $"{Kind} {User}@{CloudPlace.OfAddress(Endpoint)}";

    internal override IEnumerable<(string Key, object Value)> Fields(string configurationFile) =>
    [
        ("name", Name), ("kind", Kind), ("endpoint", Endpoint.OriginalString), ("user", User),
        Secret.Field(configurationFile),
    ];

    internal static WebDavConfiguration Read(SettingsReader settings, string name)
    {
        Uri endpoint = ReadEndpoint(settings);
        if (endpoint.Scheme != "https" && !endpoint.IsLoopback)
            throw settings.Error(
                "endpoint", $"is '{endpoint}', over which the password would go unprotected. Use https.");
        return new WebDavConfiguration(
            name, endpoint, ReadNonEmpty(settings, "user", "the user's name"), SecretSource.Read(settings));
    }
}
