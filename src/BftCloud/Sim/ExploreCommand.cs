using System.CommandLine;
using BftCloud.Common;
using BftCloud.Simulation;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary><c>bftcloud explore</c>: all states of four replicas with one instance, one of them Byzantine.</summary>
internal static class ExploreCommand
{
    public static Command Create()
    {
        Option<int> states = new("--states")
        {
            Description = "For each strategy of the Byzantine replica: end after so many distinct states.",
            DefaultValueFactory = static _ => 100_000,
            HelpName = "N",
        };
        Option<int> minutes = new("--minutes")
        {
            Description = "End after so many minutes.", DefaultValueFactory = static _ => 2, HelpName = "N",
        };
        Option<bool> steady = new("--steady")
        {
            Description = "Without changes of leader: far fewer states, so that more is seen to its end.",
        };
        Command command = new(
            "explore",
            "Explores every state that four replicas, one of them Byzantine, can get into with one instance and one "
            + "change of leader.")
        {
            states, minutes, steady,
        };
        command.SetAction((result, cancellationToken) =>
        {
            ExplorationReport report = Exploration.Run(
                new ExplorationOptions
                {
                    StatesMax = result.GetValue(states),
                    TimeMax = TimeSpan.FromMinutes(result.GetValue(minutes)),
                    ChangesLeader = !result.GetValue(steady),
                },
                cancellationToken);
            foreach (string line in report.Story) Console.Out.WriteLine(line);
            Console.Out.WriteLine(report);
            return Task.FromResult(
                report.Violation is not null ? ExitCode.Failed
                : cancellationToken.IsCancellationRequested ? ExitCode.Interrupted
                : ExitCode.Done);
        });
        return command;
    }
}
