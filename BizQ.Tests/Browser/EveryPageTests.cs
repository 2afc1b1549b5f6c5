using System.Reflection;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Browser;

/// <summary>
/// Every page with the sample business, light on a desk and dark on a phone, which are both layouts and every colour: nothing serious
/// for axe, nothing in the console, nothing wider than the screen; and a picture of each in artifacts/screens for people to look at.
/// With BIZQ_SCREENS=all the other two looks are pictured too.
/// </summary>
public sealed class EveryPageTests
{
    private static readonly (Screen Screen, bool Dark)[] Looks = Environment.GetEnvironmentVariable("BIZQ_SCREENS") == "all"
        ? [.. Enum.GetValues<Screen>().SelectMany(screen => new[] { (screen, false), (screen, true) })]
        : [(Screen.Desktop, false), (Screen.Phone, true)];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_is_usable_on_every_screen()
    {
        await using var host = await TestHost.Start();
        List<string> wrong = [];
        await Before(host, wrong);
        var pages = await Pages(host);
        foreach (var (screen, dark) in Looks)
        {
            await using var window = await Visitor.Arrive(host, screen, dark);
            foreach (var (name, path) in pages)
                wrong.AddRange(await Look(window, name, path, $"{screen}-{(dark ? "dark" : "light")}".ToLowerInvariant()));
            wrong.AddRange(window.Complaints);
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    [Fact]
    public void Every_page_there_is_gets_looked_at()
    {
        var known = Templates.Select(page => page.Template).ToHashSet();
        var routes = typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template);
        Assert.DoesNotContain(routes, route => !known.Contains(route));
    }

    /// <summary>The pages of those who have not signed in; the last step signs the owner in for the first time.</summary>
    private static async Task Before(TestHost host, List<string> wrong)
    {
        await Stranger(host, "setup", "/setup", wrong);
        await (await Visitor.Arrive(host)).DisposeAsync();
        await Stranger(host, "sign-in", "/sign-in", wrong);
    }

    private static async Task Stranger(TestHost host, string name, string path, List<string> wrong)
    {
        foreach (var (screen, dark) in Looks)
        {
            await using var window = await Chromium.Open(host.Address, screen, dark);
            wrong.AddRange(await Look(window, name, path, $"{screen}-{(dark ? "dark" : "light")}".ToLowerInvariant()));
            wrong.AddRange(window.Complaints);
        }
    }

    private static async Task<IEnumerable<string>> Look(BrowserWindow window, string name, string path, string looks)
    {
        await window.Go(path);
        await window.Quiet();
        await window.Shoot($"{name}-{looks}");
        // Axe takes a second a page; these two looks hold every colour and both layouts.
        IReadOnlyList<string> wrong = looks is "desktop-light" or "phone-dark" ? await window.AxeFindings() : [];
        var over = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        return over > 0 ? [.. wrong, $"{window.Page.Url} is {over} px wider than the screen ({looks})"] : wrong;
    }

    private async Task<List<(string Name, string Path)>> Pages(TestHost host)
    {
        await using var unscoped = host.Database.OpenUnscoped();
        await using var db = host.Database.Open((await unscoped.Workspaces.SingleAsync(_cancel)).Id);
        var run = await host.Until(db.CurrentWorkspace, rows => rows.Runs.FirstOrDefaultAsync(r => r.Status == BizQ.Core.Runs.RunStatus.WaitingForApproval, _cancel), "a run that waits");
        var approval = await db.Approvals.FirstAsync(a => a.RunId == run.Id, _cancel);
        var owner = Actor.System(db.CurrentWorkspace);
        await host.Get<NoteGaps>().Run(owner, [new Miss(GapKind.Need, "need:company.about", "Company: about is not known", "company", "about", run.Id, run.AgentId, run.AgentName)], _cancel);
        var gap = await db.Gaps.FirstAsync(_cancel);
        var question = (await host.Get<AskQuestion>().AboutGap(owner, gap.Id, new AskQuestionRequest(), _cancel)).Value;
        var ada = new Actor(db.CurrentWorkspace, ActorKind.System, null, "Ada", Actor.Of(Role.Owner));
        var import = (await host.Get<AcceptImport>().Run(ada, new AcceptImportRequest("products.csv", "SKU;Name;Price\nT9;Lamp;12,50\nT8;;soon\n"u8.ToArray()), _cancel)).Value;
        return [.. Templates.Where(page => page.Name.Length > 0).Select(page => (page.Name, page.Name switch
        {
            "approval" => $"/approvals/{approval.Id}",
            "run" => $"/runs/{run.Id}",
            "mail-one" => $"/mail/{run.MailId}",
            "agent" or "agent-edit" => page.Template.Replace("{Id:guid}", $"{run.AgentId}", StringComparison.Ordinal),
            "entity" => $"/context/entities/{db.Entities.Where(e => e.Type == "order").Select(e => e.Id).First()}",
            "document" => $"/context/documents/{db.Documents.Select(d => d.Id).First()}",
            "missing" => $"{page.Template}?type=product&field=summary",
            "interview" => "/context/interviews/policies",
            "question" => $"/context/questions/{question.Id}",
            "import-one" => $"/context/import/{import.Id}",
            "search-workbench" => $"{page.Template}?q=late%20order",
            _ => page.Template,
        }))];
    }

    // Without a name: looked at before signing in, or reached only through a fault.
    private static readonly (string Name, string Template)[] Templates =
    [
        ("", "/setup"), ("", "/sign-in"), ("", "/error"),
        ("home", "/"), ("approvals", "/approvals"), ("approval", "/approvals/{Id:guid}"),
        ("runs", "/runs"), ("run", "/runs/{Id:guid}"),
        ("mail", "/mail"), ("mail-one", "/mail/{Id:guid}"),
        ("agents", "/agents"), ("agent", "/agents/{Id:guid}"), ("agent-edit", "/agents/{Id:guid}/edit"), ("agent-new", "/agents/new"),
        ("entities", "/context"), ("entity", "/context/entities/{Id:guid}"), ("entity-new", "/context/entities/new"),
        ("documents", "/context/documents"), ("document", "/context/documents/{Id:guid}"), ("search", "/context/search"), ("search-workbench", "/context/search/workbench"),
        ("coverage", "/context/coverage"), ("missing", "/context/coverage/missing"), ("conflicts", "/context/conflicts"), ("gaps", "/context/gaps"),
        ("interviews", "/context/interviews"), ("interview", "/context/interviews/{Name}"), ("questions", "/context/questions"), ("question", "/context/questions/{Id:guid}"),
        ("import", "/context/import"), ("import-one", "/context/import/{Id:guid}"),
        ("settings", "/settings"), ("settings-keys", "/settings/keys"), ("settings-mail", "/settings/mail"), ("settings-models", "/settings/models"),
        ("settings-people", "/settings/people"), ("settings-password", "/settings/password"), ("settings-workspace", "/settings/new-workspace"),
        ("api", "/api"), ("not-found", "/not-found"),
    ];
}
