using DepSky.Clouds.Http;

namespace DepSky.Tests.Clouds.Servers;

/// <summary>
/// A real storage server, and how to be a client of it. Every <see cref="Open"/> with another space is another, empty
/// cloud.
/// </summary>
internal abstract class CloudServer(ServerProcess process) : IAsyncDisposable
{
    public Uri Address => process.Address;

    /// <summary>A cloud on this server.</summary>
    /// <param name="name">What the cloud is called.</param>
    /// <param name="space">The bucket, container or folder: letters and digits.</param>
    public abstract ICloud Open(string name, string space);

    /// <summary>The same with credentials that are wrong.</summary>
    public abstract ICloud OpenWithWrongCredentials(string name, string space);

    /// <summary>
    /// A client of the same kind for another address, with credentials of this server; it asks once unless told.
    /// </summary>
    public abstract ICloud OpenAt(Uri address, string name, RequestPolicy? policy = null);

    /// <summary>
    /// Its entry in depsky.json; its secret is in the environment variable <see cref="SecretVariable"/>.
    /// </summary>
    public abstract string Configuration(string name, string space);

    /// <summary>Every request is sent once, and waited for.</summary>
    public static RequestPolicy Once { get; } = new() { Deadline = TimeSpan.Zero, Stall = TimeSpan.FromHours(1) };

    /// <summary>The secret that clients need.</summary>
    public abstract string Secret { get; }

    public const string SecretVariable = "DEPSKY_TEST_SECRET";

    /// <summary>Kills it.</summary>
    public virtual ValueTask DisposeAsync() => process.DisposeAsync();
}
