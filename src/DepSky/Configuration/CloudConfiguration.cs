using BftCloud.Primitives;
using DepSky.Clouds.Http;

namespace DepSky.Configuration;

/// <summary>One cloud in depsky.json.</summary>
/// <param name="Name">What the operator calls it, in errors and reports.</param>
internal abstract record CloudConfiguration(string Name)
{
    /// <summary>Reads its secret, if it has one, and makes the cloud; nothing is sent yet.</summary>
    /// <exception cref="ConfigurationException">The secret cannot be read, or cannot be one.</exception>
    /// <param name="callTimeout">How long a call of it may take, with all that is tried again; null for a
    /// minute.</param>
    public ICloud Open(TimeSpan? callTimeout = null) =>
        Open(callTimeout is TimeSpan timeout ? RequestPolicy.For(timeout) : RequestPolicy.Default);

    /// <summary>
    /// Where it is, in one spelling, and '/' at the end: of two clouds in one place, or one within the other, the
    /// places are equal or one begins with the other.
    /// </summary>
    internal abstract string Place { get; }

    private protected abstract ICloud Open(RequestPolicy policy);

    /// <summary>Its keys in depsky.json.</summary>
    internal abstract IEnumerable<(string Key, object Value)> Fields(string configurationFile);

    internal static CloudConfiguration Read(SettingsReader settings)
    {
        string name = settings.Text("name");
        if (!ObjectName.IsValid(name) || name.Contains('/', StringComparison.Ordinal))
            throw settings.Error("name", $"is '{name}', but must be letters, digits, '.', '_' and '-'.");
        string kind = settings.Text("kind");
        return kind switch
        {
            FolderConfiguration.Kind => FolderConfiguration.Read(settings, name),
            S3Configuration.Kind => S3Configuration.Read(settings, name),
            AzureBlobConfiguration.Kind => AzureBlobConfiguration.Read(settings, name),
            WebDavConfiguration.Kind => WebDavConfiguration.Read(settings, name),
            _ =>
                throw settings.Error(
                    "kind",
                    $"is \"{kind}\", but must be one of {FolderConfiguration.Kind}, "
                    + $"{S3Configuration.Kind}, {AzureBlobConfiguration.Kind}, {WebDavConfiguration.Kind}."),
        };
    }

    private protected static Uri ReadEndpoint(SettingsReader settings)
    {
        string text = settings.Text("endpoint");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http")
            || uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length > 0)
            throw settings.Error("endpoint",
                $"is '{text}', but must be an address such as https://storage.example.org, "
                + "without user, password or query.");
        return uri;
    }

    private protected static string ReadNonEmpty(SettingsReader settings, string key, string what)
    {
        string text = settings.Text(key);
        return text.Length > 0 ? text : throw settings.Error(key, $"is empty. Give {what}.");
    }
}
