using BftCloud.Primitives;
using DepSky.Clouds.Http;

namespace DepSky.Configuration;

/// <summary>A cloud in a container of Azure Blob Storage.</summary>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Endpoint">The account's Blob endpoint.</param>
/// <param name="Account">The storage account.</param>
/// <param name="Container">The container.</param>
/// <param name="Secret">Where the account's key comes from.</param>
internal sealed record AzureBlobConfiguration(
    string Name, Uri Endpoint, string Account, string Container, SecretSource Secret) : CloudConfiguration(Name)
{
    internal const string Kind = "azure";

    private protected override ICloud Open(RequestPolicy policy)
    {
        try
        {
            return new AzureBlobCloud(
                Name,
                new AzureBlobCloudOptions
                {
                    Endpoint = Endpoint, Account = Account, AccountKey = Secret.Read(), Container = Container,
                },
                null, policy);
        }
        catch (FormatException e)
        {
            throw new ConfigurationException(
                Name, "the account's key is not base 64. Copy it from the storage account as it is shown there.", e);
        }
    }

    /// <inheritdoc/>
    internal override string Place => $"{Kind} {CloudPlace.OfAddress(Endpoint)}{Container.ToLowerInvariant()}/";

    internal override IEnumerable<(string Key, object Value)> Fields(string configurationFile) =>
    [
        ("name", Name), ("kind", Kind), ("endpoint", Endpoint.OriginalString),
        ("account", Account), ("container", Container), Secret.Field(configurationFile),
    ];

    internal static AzureBlobConfiguration Read(SettingsReader settings, string name)
    {
        string account = ReadNonEmpty(settings, "account", "the storage account's name");
        return new AzureBlobConfiguration(
            name,
            settings.Has("endpoint") ? ReadEndpoint(settings) : new Uri($"https://{account}.blob.core.windows.net"),
            account,
            ReadNonEmpty(settings, "container", "the container's name"),
            SecretSource.Read(settings));
    }
}
