using System.CommandLine;
using System.CommandLine.Parsing;
using BftCloud.Common;
using Command = System.CommandLine.Command;

namespace BftCloud.Bench;

/// <summary><c>bftcloud bench --compare A.json B.json --html FILE</c>: two runs on one page.</summary>
internal static class BenchComparison
{
    /// <summary>Where the page of a run, or of two, is written.</summary>
    public static Option<string?> Html()
    {
        Option<string?> html = new("--html")
        {
            Description = "Also write the result as a page with charts; it needs no other file.", HelpName = "FILE",
        };
        // Told before the benchmark rather than after it.
        html.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !Directory.Exists(FolderOf(result.Tokens[0].Value)))
                result.AddError($"There is no folder for {result.Tokens[0].Value}. Make it, or name another file.");
        });
        return html;
    }

    /// <summary>Makes a command, whose verbs measure, compare when it has none.</summary>
    public static void AddTo(Command command)
    {
        Option<string[]> compare = new("--compare")
        {
            Description = "Compare two reports that --json printed, and write the page of --html.",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
            HelpName = "A.json B.json",
        };
        Option<string?> html = Html();
        html.Description = "Where --compare writes its page.";
        command.Add(compare);
        command.Add(html);
        command.Validators.Add(result =>
        {
            if (result.Children.Any(static child => child is CommandResult)) return;
            if (result.GetResult(compare) is null) result.AddError("Required command was not provided.");
            else if (result.GetResult(html) is null)
                result.AddError("--compare needs --html FILE, where its page goes.");
        });
        command.SetAction(result =>
        {
            string page = result.GetValue(html)!;
            Write(result.GetValue(compare)!, page);
            Console.WriteLine($"The comparison is in {page}.");
            return ExitCode.Done;
        });
    }

    private static string? FolderOf(string path) =>
        path.Length == 0 ? null : Path.GetDirectoryName(Path.GetFullPath(path));

    private static void Write(string[] files, string page)
    {
        bool haveNames = Path.GetFileName(files[0]) != Path.GetFileName(files[1]);
        new BenchPage([.. files.Select(file => new BenchPageRun(
            haveNames ? Path.GetFileName(file) : file, BenchReportFile.Load(file)))]).Write(page);
    }
}
