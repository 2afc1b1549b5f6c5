using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BizQ.Tests.Kit;

/// <summary>A page in its own browser context that remembers everything its console complained of.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    internal BrowserWindow(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.RequestFailed += (_, request) =>
        {
            // A page that is left cancels what it still asks for.
            if (request.Failure != "net::ERR_ABORTED")
                _complaints.Enqueue($"{page.Url}: {request.Method} {request.Url} failed: {request.Failure}");
        };
    }

    public IPage Page { get; }

    /// <summary>Errors in the console, uncaught exceptions and failed requests, in the order they came.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints];

    /// <summary>Opens a path and waits until Blazor has made the page interactive.</summary>
    public async Task Go(string path)
    {
        await Page.GotoAsync(path);
        await Settled();
    }

    /// <summary>Waits until the page shows its heading, which every page has once it is there.</summary>
    public Task Settled() => Page.Locator("h1").First.WaitForAsync();

    /// <summary>Waits until the page shows its content and no skeletons.</summary>
    public Task Quiet() => Page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=true], .loading')");

    /// <summary>What axe finds that keeps people from using the page, one line each.</summary>
    public async Task<IReadOnlyList<string>> AxeFindings()
    {
        var result = await Page.RunAxe();
        return
        [
            .. result.Violations
                .Where(violation => violation.Impact is "serious" or "critical")
                .Select(violation => $"{Page.Url}: {violation.Id} ({violation.Impact}): {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"),
        ];
    }

    /// <summary>A picture in artifacts/screens, for people to look at.</summary>
    public Task Shoot(string name) => Page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", $"{name}.png") });

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        await _context.DisposeAsync();
    }
}
