using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace BizQ.Tests.Kit;

/// <summary>The owner of a small business in front of a browser: sets BizQ up when nobody has, and signs in otherwise.</summary>
public static partial class Visitor
{
    private const string Mail = "ada@example.com";
    private const string Password = "correct horse battery";

    /// <summary>A window of the owner, signed in, at the home page.</summary>
    public static async Task<BrowserWindow> Arrive(TestHost host, Screen screen = Screen.Desktop, bool dark = false)
    {
        var window = await Chromium.Open(host.Address, screen, dark);
        await window.Go("/setup");
        if (new Uri(window.Page.Url).AbsolutePath == "/setup")
            await SetUp(window);
        else
            await SignIn(window);
        return window;
    }

    /// <summary>Fills the first page, which must be open, and leaves it.</summary>
    public static async Task SetUp(BrowserWindow window, bool sample = true)
    {
        await window.Page.GetByLabel("Business", new() { Exact = true }).FillAsync("Tarnwick Outdoor");
        await window.Page.GetByLabel("Your mail address").FillAsync(Mail);
        await window.Page.GetByLabel("Password").FillAsync(Password);
        if (!sample)
            await window.Page.GetByLabel("Start with a sample business").UncheckAsync();
        await Leave(window, "Create workspace");
    }

    private static async Task SignIn(BrowserWindow window)
    {
        await window.Page.GetByLabel("Mail address").FillAsync(Mail);
        await window.Page.GetByLabel("Password").FillAsync(Password);
        await Leave(window, "Sign in");
    }

    private static async Task Leave(BrowserWindow window, string button)
    {
        await window.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        // The address is looked at again and again: what announces a page that comes quickly may be over before anybody waits for it.
        await Assertions.Expect(window.Page).ToHaveURLAsync(Home());
        await window.Settled();
    }

    [GeneratedRegex("^[a-z]+://[^/]+/$")]
    private static partial Regex Home();
}
