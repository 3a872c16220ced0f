using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky lock</c>: keeps other writers out until it ends.</summary>
internal static class DepSkyLockCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> unit = DepSkyTarget.UnitArgument();
        Option<Duration> lease = new("--lease")
        {
            Description = "How long others wait if this process dies; it renews the lease as long as it lives.",
            DefaultValueFactory = static _ => Duration.Seconds(30),
            CustomParser = Duration.Parse,
            HelpName = "TIME",
        };
        lease.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && Duration.TryParse(result.Tokens[0].Value, out TimeSpan value)
                && (value < TimeSpan.FromSeconds(3) || value > TimeSpan.FromHours(1)))
            {
                result.AddError("--lease must be between 3s and 1h.");
            }
        });
        Command command = new(
            "lock",
            "Holds an object's lock until Ctrl-C or SIGTERM. Writers that use --lock are refused meanwhile; "
            + "readers are not disturbed.")
        {
            target.Config, unit, lease,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            await using UnitLock held = await client.LockAsync(
                result.GetRequiredValue(unit), result.GetValue(lease).Time, cancellationToken);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture, $"Locked '{held.Unit}', epoch {held.Epoch}. Ctrl-C gives it back."));
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            return ExitCode.Done;
        }));
        return command;
    }
}
