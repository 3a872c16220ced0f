using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using BftCloud.Common;
using BftSmr;
using KvStore.Gateway;
using Command = System.CommandLine.Command;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv serve</c>: the gateway for clients of Redis.</summary>
internal static class KvServeCommand
{
    public static Command Create(KvTarget target)
    {
        Option<IPEndPoint> listen = new("--listen")
        {
            Description = "Where to listen; not encrypted, so keep it on this machine or a network that you trust.",
            DefaultValueFactory = static _ => new IPEndPoint(IPAddress.Loopback, 6390),
            CustomParser = ParseAddress,
            HelpName = "HOST:PORT",
        };
        Option<string?> passwordFile = new("--password-file")
        {
            Description = "Ask clients for the password in this file's first line.", HelpName = "FILE",
        };
        Command command = new(
            "serve", "Serves clients of Redis until SIGTERM or Ctrl-C: every reply is one that f+1 replicas agree on.")
        {
            listen, passwordFile,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ClusterClient cluster = target.Service.Open(result);
            RespServerOptions options = new()
            {
                Listen = result.GetValue(listen)!, Password = PasswordIn(result.GetValue(passwordFile)),
            };
            await using BftClient client = await BftClient.ConnectAsync(cluster.Options, cancellationToken);
            await using RespServer server = Start(client, options);
            Console.WriteLine(
                $"Serving clients of Redis at {server.EndPoint}. Try: redis-cli -h {server.EndPoint.Address} -p "
                + $"{server.EndPoint.Port} ping. Stop with Ctrl-C.");
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            return ExitCode.Done;
        });
        return command;
    }

    private static RespServer Start(BftClient client, RespServerOptions options)
    {
        try
        {
            return RespServer.Start(client, options);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new CommandFailedException(
                $"{options.Listen} cannot be listened on: {e.Message}. Stop what uses it, or name another address with "
                + "--listen.",
                e);
        }
    }

    private static string? PasswordIn(string? file)
    {
        if (file is null) return null;
        string? password = File.ReadLines(file).FirstOrDefault();
        return string.IsNullOrEmpty(password)
            ? throw new CommandFailedException($"{file}: its first line is empty. Write the password there.")
            : password;
    }

    private static IPEndPoint? ParseAddress(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? address))
            return address;
        result.AddError(
            $"'{text}' is no address. Write for example 127.0.0.1:6390 or [::1]:6390; port 0 takes a free one.");
        return null;
    }
}
