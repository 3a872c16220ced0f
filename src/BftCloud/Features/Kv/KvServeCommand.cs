using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using BftCloud.Common;
using BftSmr;
using KvStore.Gateway;
using Microsoft.Extensions.Logging;
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
            Description = "Ask clients for the password in this file's first line. The file's mode must be 0600.",
            HelpName = "FILE",
        };
        Option<bool> unprotected = new("--unprotected")
        {
            Description = "Listen beyond this machine without a password: every client that reaches the address can "
                + "read and change the store.",
        };
        Option<int> clientsMax = ClientsMax();
        Option<long> outputMax = OutputMax();
        Command command = new(
            "serve", "Serves clients of Redis until SIGTERM or Ctrl-C: every reply is one that f+1 replicas agree on.")
        {
            listen, passwordFile, unprotected, clientsMax, outputMax,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string? file = result.GetValue(passwordFile);
            using ILoggerFactory logging = ConsoleLog.Create(toStandardError: true);
            RespServerOptions options = new()
            {
                Listen = result.GetValue(listen)!,
                Password = file is null ? null : PasswordFile.Load(file),
                Unprotected = result.GetValue(unprotected),
                ClientsMax = result.GetValue(clientsMax),
                ReplyBytesKeptMax = result.GetValue(outputMax),
                LoggerFactory = logging,
            };
            Protect(options);
            using ClusterClient cluster = target.Service.Open(result);
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

    private static Option<int> ClientsMax()
    {
        Option<int> option = new("--clients-max")
        {
            Description = "The most connections at a time; fewer if the limit of open files is lower.",
            DefaultValueFactory = static _ => new RespServerOptions().ClientsMax,
            HelpName = "COUNT",
        };
        option.Validators.Add(static result => Least(result, 1));
        return option;
    }

    private static Option<long> OutputMax()
    {
        Option<long> option = new("--client-output-max")
        {
            Description = "The most bytes of replies kept while clients do not read. A connection may hold as much as "
                + "is still free; one that would hold more is closed.",
            DefaultValueFactory = static _ => new RespServerOptions().ReplyBytesKeptMax,
            HelpName = "BYTES",
        };
        option.Validators.Add(static result => Least(result, 8 << 20));
        return option;
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

    /// <summary>As Redis' protected mode: without a password, only this machine is served.</summary>
    private static void Protect(RespServerOptions options)
    {
        if (options.Password is not null || options.Unprotected || IPAddress.IsLoopback(options.Listen.Address)) return;
        throw new CommandFailedException(
            $"Every client that reaches {options.Listen} could read and change the store: there is no password. Name a "
            + "password file by --password-file, listen on this machine alone (--listen 127.0.0.1:"
            + $"{options.Listen.Port}), or accept it by --unprotected.");
    }

    private static void Least(OptionResult result, long least)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (long.TryParse(text, CultureInfo.InvariantCulture, out long value) && value < least)
            result.AddError($"{result.Option.Name} is at least {least}.");
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
