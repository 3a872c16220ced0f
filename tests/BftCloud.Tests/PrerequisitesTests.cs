using System.Diagnostics;

namespace BftCloud.Tests;

/// <summary>What the scripts find out about the machine.</summary>
public sealed class PrerequisitesTests
{
    [Theory]
    [InlineData("libsodium.so.23 (libc6,x86-64) => /lib/libsodium.so.23", 0)]
    [InlineData("libother.so.23 (libc6,x86-64) => /lib/libother.so.23", 1)]
    public void A_library_is_found_wherever_it_stands_in_a_list_longer_than_a_pipe_holds(string first, int exitCode)
    {
        using TestDirectory directory = new();
        string ldconfig = directory.At("ldconfig");
        File.WriteAllText(ldconfig, $"#!/bin/sh\necho '{first}'\nseq 1 200000\n");
        File.SetUnixFileMode(ldconfig, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // The runtime ignores SIGPIPE, and so would the script.
        ProcessStartInfo start = new("env", ["--default-signal=PIPE", "bash", "-c", "set -euo pipefail; . \"$1\"; has_libsodium", "test", Checkout.At("build", "prerequisites.sh")]);
        start.Environment["PATH"] = directory.Path + Path.PathSeparator + start.Environment["PATH"];

        using Process script = Process.Start(start)!;
        script.WaitForExit();

        Assert.Equal(exitCode, script.ExitCode);
    }
}
