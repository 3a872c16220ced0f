using System.Text;
using BenchmarkDotNet.Attributes;
using KvStore.Gateway.Protocol;

namespace KvStore.Bench;

/// <summary>The gateway's parser on what Redis clients send.</summary>
public class RespBenchmarks
{
    private const int Pipelined = 16;

    private readonly RespParser _parser = new();
    private readonly byte[] _set = Command("SET", "key 000000000007", new string('v', 64));
    private readonly byte[] _pipeline =
        [.. Enumerable.Range(0, Pipelined).SelectMany(static i => Command("GET", $"key 0000000000{i:d2}"))];

    [Benchmark]
    public void ParseSet() => Parse(_set, commands: 1);

    [Benchmark(OperationsPerInvoke = Pipelined)]
    public void ParsePipeline() => Parse(_pipeline, Pipelined);

    private void Parse(ReadOnlySpan<byte> input, int commands)
    {
        for (; commands > 0; commands--)
        {
            RespParseResult result = _parser.Parse(input, authenticated: true, out int consumed);
            if (result != RespParseResult.Command) throw new InvalidOperationException($"The parser says {result}.");
            input = input[consumed..];
        }
    }

    private static byte[] Command(params string[] arguments) => Encoding.ASCII.GetBytes(
        $"*{arguments.Length}\r\n" + string.Concat(arguments.Select(static a => $"${a.Length}\r\n{a}\r\n")));
}
