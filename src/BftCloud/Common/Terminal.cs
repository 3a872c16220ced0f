using Spectre.Console;

namespace BftCloud.Common;

/// <summary>Where tables go: the terminal, or plain wide text where the output is a file or a pipe.</summary>
internal static class Terminal
{
    private const int RedirectedColumns = 160;

    public static IAnsiConsole Out { get; } = Create();

    private static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected) return AnsiConsole.Console;
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No,
            });
        console.Profile.Width = RedirectedColumns;
        return console;
    }
}
