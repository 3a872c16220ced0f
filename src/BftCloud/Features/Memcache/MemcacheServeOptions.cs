using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BftCloud.Common;
using Memcache;
using Microsoft.Extensions.Logging;

namespace BftCloud.Features.Memcache;

/// <summary>The options of <c>bftcloud memcache serve</c>: memcached's own, by its letters and its names.</summary>
internal sealed class MemcacheServeOptions
{
    private static readonly MemcacheServerOptions s_defaults = new();

    public Option<string> Listen { get; } = new("--listen", "-l")
    {
        Description = "The address to listen on: HOST or HOST:PORT.",
        DefaultValueFactory = static _ => "127.0.0.1",
        HelpName = "ADDRESS",
    };

    public Option<int> Port { get; } = new("--port", "-p")
    {
        Description = "The TCP port; 0 takes a free one.",
        DefaultValueFactory = static _ => s_defaults.Listen!.Port,
        HelpName = "PORT",
    };

    public Option<string?> SocketPath { get; } = new("--unix-socket", "-s")
    {
        Description = "Listen on a Unix socket at this path instead.",
        HelpName = "PATH",
    };

    public Option<int> Memory { get; } = new("--memory-limit", "-m")
    {
        Description = "All memory for items, with their headers and the hash table, MiB.",
        DefaultValueFactory = static _ => (int)(s_defaults.MemoryBytes >> 20),
        HelpName = "MIB",
    };

    public Option<int> Connections { get; } = new("--conn-limit", "-c")
    {
        Description = "The most connections at a time; fewer if the limit of open files is lower.",
        DefaultValueFactory = static _ => s_defaults.ConnectionsMax,
        HelpName = "COUNT",
    };

    public Option<int> Threads { get; } = new("--threads", "-t")
    {
        Description = "Event loops, each with a thread.",
        DefaultValueFactory = static _ => s_defaults.Threads,
        HelpName = "COUNT",
    };

    public Option<int> ItemSize { get; } = new("--max-item-size", "-I")
    {
        Description = "The largest item: bytes, or with k or m behind.",
        DefaultValueFactory = static _ => s_defaults.ItemBytesMax,
        CustomParser = ParseSize,
        HelpName = "SIZE",
    };

    public Option<bool> NoEvictions { get; } = new("--disable-evictions", "-M")
    {
        Description = "Refuse what does not fit instead of evicting items.",
    };

    public Option<int> CommandsPerTurn { get; } = new("--max-reqs-per-event", "-R")
    {
        Description = "The most commands that a connection executes before others have their turn.",
        DefaultValueFactory = static _ => s_defaults.CommandsPerTurn,
        HelpName = "COUNT",
    };

    public Option<string?> UserFile { get; } = new("--auth-file", "-Y")
    {
        Description = "Ask clients for a user of this file, a line each: user:password. No other user may read it.",
        HelpName = "FILE",
    };

    public Option<Duration> IdleTimeout { get; } = new("--idle-timeout")
    {
        Description = "Close connections that say nothing for so long; 0s: never.",
        DefaultValueFactory = static _ => Duration.Seconds(0),
        CustomParser = Duration.Parse,
        HelpName = "TIME",
    };

    public Option<string?> Certificate { get; } = new("--tls-certificate")
    {
        Description = "Encrypt connections by TLS with this certificate, PEM.",
        HelpName = "FILE",
    };

    public Option<string?> Key { get; } = new("--tls-key")
    {
        Description = "The certificate's private key, PEM.",
        HelpName = "FILE",
    };

    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Taken for the sake of scripts: what is logged stays the same.",
        Arity = ArgumentArity.Zero,
    };

    public IEnumerable<Option> All =>
    [
        Listen, Port, SocketPath, Memory, Connections, Threads, ItemSize, NoEvictions, CommandsPerTurn, UserFile,
        IdleTimeout, Certificate, Key, Verbose,
    ];

    /// <summary>What was said, as the server takes it.</summary>
    /// <exception cref="CommandFailedException">A file cannot be used, or an address is none.</exception>
    public MemcacheServerOptions Read(ParseResult result, ILoggerFactory logging)
    {
        string? path = result.GetValue(SocketPath), certificate = result.GetValue(Certificate);
        string? key = result.GetValue(Key), users = result.GetValue(UserFile);
        if (certificate is null != key is null)
            throw new CommandFailedException("Name both --tls-certificate and --tls-key, or neither.");
        MemcacheServerOptions options = new()
        {
            Listen = path is null ? AddressOf(result.GetValue(Listen)!, result.GetValue(Port)) : null,
            SocketPath = path,
            MemoryBytes = (long)result.GetValue(Memory) << 20,
            ConnectionsMax = result.GetValue(Connections),
            Threads = result.GetValue(Threads),
            ItemBytesMax = result.GetValue(ItemSize),
            Evicts = !result.GetValue(NoEvictions),
            CommandsPerTurn = result.GetValue(CommandsPerTurn),
            IdleTimeout = result.GetValue(IdleTimeout).Time,
            Users = users is null ? null : MemcacheUserFile.Load(users),
            LoggerFactory = logging,
        };
        return certificate is null ? options : WithCertificate(options, certificate, key!);
    }

    private static IPEndPoint AddressOf(string text, int port)
    {
        if (text.Contains(':', StringComparison.Ordinal) && !IPAddress.TryParse(text, out _)
            && IPEndPoint.TryParse(text, out IPEndPoint? whole))
            return whole;
        try
        {
            if (port is < 0 or > IPEndPoint.MaxPort)
                throw new CommandFailedException($"{port} is no port. Name one from 0 to {IPEndPoint.MaxPort}.");
            return new IPEndPoint(
                IPAddress.TryParse(text, out IPAddress? address) ? address : Dns.GetHostAddresses(text)[0], port);
        }
        catch (SocketException e)
        {
            throw new CommandFailedException(
                $"'{text}' is no address to listen on: {e.Message}. Write for example 127.0.0.1 or [::1]:11211.", e);
        }
    }

    /// <summary>The same with a certificate.</summary>
    private static MemcacheServerOptions WithCertificate(MemcacheServerOptions options, string certificate, string key)
    {
        try
        {
            return options with { Certificate = X509Certificate2.CreateFromPemFile(certificate, key) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailedException(
                $"The certificate '{certificate}' with the key '{key}' cannot be used: {e.Message} Name two PEM files "
                + "that belong together.", e);
        }
    }

    private static int ParseSize(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        int shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            && size <= int.MaxValue >> shift)
            return size << shift;
        result.AddError($"'{text}' is no size. Write for example 1m, 512k or 1048576.");
        return 0;
    }
}
