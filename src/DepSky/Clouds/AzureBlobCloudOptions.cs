namespace DepSky;

/// <summary>Where a container of Azure Blob Storage is, and the key to it.</summary>
public sealed record AzureBlobCloudOptions
{
    /// <summary>
    /// The account's Blob endpoint: <c>https://ACCOUNT.blob.core.windows.net</c>, or
    /// <c>http://127.0.0.1:10000/devstoreaccount1</c> of an emulator.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The storage account's name.</summary>
    public required string Account { get; init; }

    /// <summary>The storage account's key, as Azure shows it: in base 64.</summary>
    public required string AccountKey { get; init; }

    /// <summary>The container; made at the first write if it is not there.</summary>
    public required string Container { get; init; }
}
