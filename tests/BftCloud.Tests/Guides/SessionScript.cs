using System.Text.RegularExpressions;
using BftCloud.Testing.Pages;

namespace BftCloud.Tests.Guides;

/// <summary>The shell script of a session, and the program that it calls <c>./bftcloud</c>.</summary>
internal static partial class SessionScript
{
    /// <summary>Where the process ids of its servers are, a line each, in its directory.</summary>
    public const string Servers = "servers";

    /// <summary>What the session's directory has as <c>bftcloud</c>.</summary>
    public static string Program(SessionKind kind, string program)
    {
        string run = $"dotnet '{program}' \"$@\"";
        if (kind == SessionKind.Cut) return $"#!/bin/sh\ntimeout --kill-after=60 5 {run} || [ $? -eq 124 ]\n";
        if (!kind.HasCluster) return $"#!/bin/sh\nexec {run}\n";
        // A server is ready when it has said so, in its first line. From then on nothing reads what it says.
        return $$"""
            #!/usr/bin/env bash
            set -euo pipefail
            case "$*" in
              'kv serve '* | 'replica run '* | 'dashboard '*) ;;
              *) exec {{run}} ;;
            esac
            mkfifo "said.$$"
            {{run}} > "said.$$" &
            echo $! >> {{Servers}}
            exec 3< "said.$$"
            read -r said <&3
            echo "$said"
            cat <&3 > /dev/null 2>&1 &

            """;
    }

    /// <summary>What the shell runs. It stops at the first command that fails.</summary>
    public static string Of(SessionKind kind, Fence session)
    {
        const string Start = "exec 2>&1\nset -euo pipefail\n";
        if (kind == SessionKind.InCheckout) return $"{Start}set -x\n{CheckoutCommands.Runnable(session.Text)}";
        if (!kind.HasCluster) return $"{Start}set -x\n{session.Text}";
        // In a network of its own, where every port is free and every address of the page is this machine's.
        IEnumerable<string> addresses =
            from address in Address().Matches(session.Text).Select(static match => match.Value).Distinct()
            where !address.StartsWith("127.", StringComparison.Ordinal)
            select $"ip address add {address}/32 dev lo\n";
        return $$"""
            {{Start}}ip link set lo up
            {{string.Concat(addresses)}}redis-cli() { command redis-cli -e "$@"; } # an error is a failure
            ./bftcloud cluster init --f 1 --service kv --out D
            {{(kind.IsUp ? "./bftcloud cluster up D --detach" : "")}}
            set -x
            {{session.Text}}
            """;
    }

    [GeneratedRegex(@"\b\d+\.\d+\.\d+\.\d+\b")]
    private static partial Regex Address();
}
