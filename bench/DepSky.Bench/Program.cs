using DepSky.Bench;

switch (args)
{
    case ["coding"]:
        new CodingBenchmark(rounds: 15, secondsPerTurn: 0.01, Console.Out).Run();
        return 0;
    case ["client", string directory]:
        await new ClientBenchmark(directory, Console.Out).RunAsync();
        return 0;
    case ["large", string directory]:
        await new ClientBenchmark(directory, Console.Out).RunLargeAsync();
        return 0;
    default:
        Console.Error.WriteLine("Usage: DepSky.Bench coding | client DIRECTORY | large DIRECTORY");
        return 2;
}
