using System.Diagnostics;
using System.Text.Json;

namespace BftCloud.Tests.Browser;

/// <summary>A page in a real browser, Chromium, driven by playwright-core in a process of its own.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Browser");
    private static readonly Lazy<Task> s_installed = new(static () => NpmPackages.InstallAsync(s_folder));

    private readonly Process _driver;
    private readonly Task<string> _errors;

    private BrowserPage(Process driver) => (_driver, _errors) = (driver, driver.StandardError.ReadToEndAsync());

    public static async Task<BrowserPage> OpenAsync(string url)
    {
        await s_installed.Value;
        string chromium = Environment.GetEnvironmentVariable("PATH")!.Split(':')
            .Select(static folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium was not found. Install it ('apt-get install chromium').");
        ProcessStartInfo start = new("node", ["driver.cjs", chromium])
        {
            WorkingDirectory = s_folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        BrowserPage page = new(Process.Start(start)!);
        await page.DoAsync($"await page.goto({JsonSerializer.Serialize(url)})");
        return page;
    }

    /// <summary>Runs JavaScript beside the browser; driver.cjs says what names it has.</summary>
    public Task DoAsync(string body) => AskAsync(body);

    /// <summary>Runs JavaScript beside the browser; what it returns.</summary>
    public async Task<T> AskAsync<T>(string body) => (await AskAsync(body)).Deserialize<T>()!;

    /// <summary>Waits until an element has this text.</summary>
    public Task UntilAsync(string selector, string text) => DoAsync(
        $"await until({JsonSerializer.Serialize(selector)}, {JsonSerializer.Serialize(text)})");

    /// <summary>Waits until an expression of the page's own script is true.</summary>
    public Task UntilAsync(string expression) => DoAsync($"await page.waitForFunction(() => {expression})");

    public async ValueTask DisposeAsync()
    {
        _driver.StandardInput.Close();
        try
        {
            await _driver.WaitForExitAsync().WaitAsync(Patience.Time);
        }
        finally
        {
            if (!_driver.HasExited) _driver.Kill(entireProcessTree: true);
            _driver.Dispose();
        }
    }

    private async Task<JsonElement> AskAsync(string body)
    {
        await _driver.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { body }));
        await _driver.StandardInput.FlushAsync();
        string? line = await _driver.StandardOutput.ReadLineAsync().WaitAsync(2 * Patience.Time);
        if (line is null) throw new InvalidOperationException($"The browser's driver has ended: {await _errors}");
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(line);
        return answer.TryGetProperty("error", out JsonElement error)
            ? throw new InvalidOperationException($"{body}\nfailed: {error.GetString()}")
            : answer.GetProperty("value");
    }
}
