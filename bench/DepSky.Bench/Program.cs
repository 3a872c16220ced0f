using DepSky.Bench;

new CodingBenchmark(rounds: 15, secondsPerTurn: 0.01, Console.Out).Run();
