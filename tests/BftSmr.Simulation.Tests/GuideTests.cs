using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests;

public class GuideTests
{
    [Fact]
    public void The_example_of_the_fault_lab_runs_and_is_quoted_as_it_is()
    {
        // <guide>
        CampaignReport report = new Campaign
        {
            Simulate = options => Cluster.Simulate(
                options,
                () => new Counter(),
                Workloads.Of(random => new WorkloadOperation(
                    new byte[] { (byte)random.Next(10) }, IsQuery: random.Chance(0.3)))),
        }.Run(firstSeed: 1, lastSeed: 50);
        Console.WriteLine(report);
        foreach (Violation violation in report.Violations) Console.WriteLine(violation);
        // </guide>
        Assert.True(report.Passed, report.ToString());
        string[] lines =
        [
            .. File.ReadLines(Here()).SkipWhile(static l => !l.Contains("<guide>", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(static l => !l.Contains("</guide>", StringComparison.Ordinal)).Select(static l => l[8..]),
        ];
        string guide = Path.Combine(Path.GetDirectoryName(Here())!, "../../docs/guides/fault-lab.md");
        Assert.Contains(string.Join('\n', lines), File.ReadAllText(guide), StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => path;

    private sealed class Counter : StateMachine
    {
        private long _value;

        protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
        {
            _value += command.Operation.Span[0];
            Write(reply, _value);
        }

        protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
            Write(reply, _value);

        protected override void Save(IBufferWriter<byte> snapshot) => Write(snapshot, _value);

        protected override void Load(ReadOnlySpan<byte> snapshot) =>
            _value = BinaryPrimitives.ReadInt64BigEndian(snapshot);

        private static void Write(IBufferWriter<byte> output, long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), value);
            output.Advance(8);
        }
    }
}
