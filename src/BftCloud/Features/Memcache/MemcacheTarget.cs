using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BftCloud.Common;
using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary>The options that say which servers a command is for.</summary>
internal sealed class MemcacheTarget
{
    public Option<string> Servers { get; } = new("--servers", "--server")
    {
        Description = "The servers, HOST:PORT or the path of a Unix socket, parted by commas.",
        DefaultValueFactory = static _ => "127.0.0.1:11211",
        HelpName = "ADDRESSES",
    };

    public Option<Duration> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for a server before giving up.",
        DefaultValueFactory = static _ => Duration.Seconds(5),
        CustomParser = Duration.Parse,
        HelpName = "TIME",
    };

    public Option<string?> UserFile { get; } = new("--auth-file", "-Y")
    {
        Description = "Name the first user of this file to the servers: user:password. No other user may read it.",
        HelpName = "FILE",
    };

    public Option<string?> Certificate { get; } = new("--tls-certificate")
    {
        Description = "Connect by TLS, and trust this certificate, PEM: the servers' own, or its issuer's.",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [Servers, Timeout, UserFile, Certificate];

    /// <summary>The options of a client.</summary>
    /// <exception cref="CommandFailedException">A file cannot be used.</exception>
    public MemcacheClientOptions Read(ParseResult result)
    {
        (string User, string Password)? user =
            result.GetValue(UserFile) is { } path ? MemcacheUserFile.LoadFirst(path) : null;
        return new MemcacheClientOptions
        {
            Servers = result.GetValue(Servers)!.Split(','),
            Timeout = result.GetValue(Timeout).Time,
            ValueBytesMax = 1 << 30,
            User = user?.User,
            Password = user?.Password,
            Tls = result.GetValue(Certificate) is { } file ? Trusting(file) : null,
        };
    }

    /// <summary>A client of the servers.</summary>
    /// <exception cref="CommandFailedException">An option does not hold.</exception>
    public static MemcacheClient Connect(MemcacheClientOptions options)
    {
        try
        {
            return new MemcacheClient(options);
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    private static SslClientAuthenticationOptions Trusting(string path)
    {
        try
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(path);
            return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailedException(
                $"The certificate '{path}' cannot be used: {e.Message} Name a PEM file.", e);
        }
    }
}
