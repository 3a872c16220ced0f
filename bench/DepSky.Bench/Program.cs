using DepSky.Bench;

switch (args)
{
    case ["coding"]:
        new CodingBenchmark(rounds: 15, secondsPerTurn: 0.01, Console.Out).Run();
        return 0;
    default:
        Console.Error.WriteLine("Usage: DepSky.Bench coding");
        return 2;
}
