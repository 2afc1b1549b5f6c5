using Microsoft.Playwright;

namespace BizQ.Tests.Kit;

/// <summary>How large a window is, and how its pages look.</summary>
public enum Screen { Desktop, Phone }

/// <summary>One browser per test process, Debian's Chromium without a window; each test opens its own context in it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Missing =
        "The browser tests need Chromium and found none. `./dev test` installs it on Debian and Ubuntu (apt-get install chromium); "
        + "elsewhere install Chromium or Chrome and name the program in BIZQ_CHROMIUM.";

    // No sandbox: it needs rights that containers and root do not have. The rest keeps Chromium from calling home.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
    ];

    private static readonly string[] Programs =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private static readonly Lazy<Task<Chromium>> One = new(Start);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>A window of its own: no cookies, its console watched.</summary>
    public static async Task<BrowserWindow> Open(Uri address, Screen screen = Screen.Desktop, bool dark = false)
    {
        var context = await (await One.Value)._browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = screen == Screen.Phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1440, Height = 900 },
            HasTouch = screen == Screen.Phone,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            // Screenshots taken in the middle of a fade show nothing a person would see.
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout((float)Eventually.Bound.TotalMilliseconds);
        return new BrowserWindow(context, await context.NewPageAsync());
    }

    internal static async ValueTask StopShared()
    {
        if (One.IsValueCreated && One.Value.IsCompletedSuccessfully)
            await (await One.Value).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static async Task<Chromium> Start()
    {
        var program = Environment.GetEnvironmentVariable("BIZQ_CHROMIUM") is { Length: > 0 } given
            ? given
            : Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(Missing);
        // As patient as everything else here: a busy machine is not a broken page.
        Assertions.SetDefaultExpectTimeout((float)Eventually.Bound.TotalMilliseconds);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Arguments });
        return new Chromium(playwright, browser);
    }
}
