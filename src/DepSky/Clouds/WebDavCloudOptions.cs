namespace DepSky;

/// <summary>Where a folder served by WebDAV is, and the account that uses it.</summary>
public sealed record WebDavCloudOptions
{
    /// <summary>
    /// The folder's address: <c>https://dav.example.org/remote.php/dav/files/me/depsky</c>. It is made at the first
    /// write if it is not there.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The user, for basic authentication; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }
}
