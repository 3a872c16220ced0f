using System.Globalization;
using DepSky.Bench;
using DepSky.Coding;

namespace Bench.Tests;

public class CodingComparisonTests
{
    [Fact]
    public void Prints_a_speed_for_each_code_and_contender()
    {
        StringWriter output = new(CultureInfo.InvariantCulture);
        new CodingComparison(rounds: 1, secondsPerTurn: 0, blockSizes: [1024], output).Run();
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(ReedSolomon.InstructionSet, lines[1], StringComparison.Ordinal);
        Assert.Equal(2 + 6 * 2, lines.Length);
    }
}
