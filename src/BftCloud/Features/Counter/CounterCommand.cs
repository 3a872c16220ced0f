using System.CommandLine;
using System.Globalization;
using BftCloud.Common;

namespace BftCloud.Features.Counter;

/// <summary><c>bftcloud counter</c>: a client of the replicated counter.</summary>
internal static class CounterCommand
{
    public static Command Create()
    {
        ServiceTarget target = new(CounterFeature.Name);
        return new Command(CounterFeature.Name, "Adds to a replicated counter, and reads it.")
        {
            target.Cluster,
            target.Timeout,
            CreateAdd(target),
            CreateGet(target),
        };
    }

    private static Command CreateAdd(ServiceTarget target)
    {
        Argument<long> number = new("N") { Description = "What to add; it may be negative." };
        Command command = new("add", "Adds to the counter and prints the sum.") { number };
        command.SetAction((result, cancellationToken) => target.RunAsync(
            result,
            async client => Print(await new CounterClient(client).AddAsync(result.GetValue(number), cancellationToken)),
            cancellationToken));
        return command;
    }

    private static Command CreateGet(ServiceTarget target)
    {
        Command command = new("get", "Prints the counter.");
        command.SetAction((result, cancellationToken) => target.RunAsync(
            result,
            async client => Print(await new CounterClient(client).GetAsync(cancellationToken)),
            cancellationToken));
        return command;
    }

    private static void Print(long number) => Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
}
