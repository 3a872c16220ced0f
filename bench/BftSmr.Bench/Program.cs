using BenchSuite;

return BenchProgram.Run(typeof(Program).Assembly, args);
