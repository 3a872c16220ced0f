using System.Globalization;
using BenchSuite;
using DepSky.Bench;

switch (args)
{
    case ["compare"]:
        new CodingComparison(rounds: 15, secondsPerTurn: 0.01, [16 * 1024, 2 * 1024 * 1024], Console.Out).Run();
        return 0;
    case ["fill", { } configuration, { } count]:
        await ObjectFiller.RunAsync(configuration, int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    default:
        return BenchProgram.Run(typeof(Program).Assembly, args);
}
