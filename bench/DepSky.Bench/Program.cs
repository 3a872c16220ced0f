using BenchSuite;
using DepSky.Bench;

if (args is not ["compare"]) return BenchProgram.Run(typeof(Program).Assembly, args);
new CodingComparison(rounds: 15, secondsPerTurn: 0.01, [16 * 1024, 2 * 1024 * 1024], Console.Out).Run();
return 0;
