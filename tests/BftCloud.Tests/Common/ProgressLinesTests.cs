using BftCloud.Common;

namespace BftCloud.Tests.Common;

public sealed class ProgressLinesTests
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public void Elsewhere_than_on_a_terminal_there_is_one_line_each_few_seconds()
    {
        using (ProgressLines lines = new(_output, isTerminal: false, static () => 80, _time))
        {
            for (int second = 0; second < 12; second++)
            {
                lines.Show([$"r0 is at {second}", "r1 is down"]);
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal("Waiting: r0 is at 5; r1 is down.\nWaiting: r0 is at 10; r1 is down.\n", _output.ToString());
    }

    [Fact]
    public void On_a_terminal_lines_stay_in_place_fit_its_width_and_go_in_the_end()
    {
        using (ProgressLines lines = new(_output, isTerminal: true, static () => 9, _time))
        {
            lines.Show(["too early"]);
            _time.Advance(TimeSpan.FromSeconds(1));
            lines.Show(["r0 is at 1 of 2", "r1"]);
            _time.Advance(TimeSpan.FromSeconds(1));
            lines.Show(["r0"]);
        }

        Assert.Equal("r0 is at\nr1\n\u001b[2A\u001b[Jr0\n\u001b[1A\u001b[J", _output.ToString());
    }
}
