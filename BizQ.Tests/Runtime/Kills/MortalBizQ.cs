using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using BizQ.Tests.Agents;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>
/// A business whose BizQ is a process that gets killed and started again, and the people who deal with it over the API alone:
/// customers who send a mail again until it is taken, and somebody who approves whatever is open.
/// </summary>
internal sealed class MortalBizQ : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Queue<string> _unsent = new();
    private readonly SemaphoreSlim _approved = new(0);
    private readonly (string Key, string Value)[] _settings;
    private string _connectionString = "";
    private string _key = "";

    private MortalBizQ((string Key, string Value)[] settings) => _settings = settings;

    public Actor Owner { get; private set; } = null!;

    public BizQDatabase Database { get; private set; } = null!;

    public string DataPath => _folder.Path;

    /// <summary>With an agent that answers every mail once somebody agrees, and these mails waiting to be handed in.</summary>
    public static async Task<MortalBizQ> Found(Engine engine, IEnumerable<string> mails, params (string Key, string Value)[] settings)
    {
        var business = new MortalBizQ([.. settings, ("Mail:MostAnswersPerHour", "10000"), ("Logging:LogLevel:Default", "Warning")]);
        business._connectionString = await DatabaseKit.NewDatabase(engine, business._folder.Path);
        business.Database = new BizQDatabase(business._connectionString, business._folder.Path, new ChangeFeed());
        var ids = new Ids(TimeProvider.System);
        business.Owner = await Kit.Workspaces.Make(business.Database, ids, TimeProvider.System, "Mortal business");
        business._key = await ApiKeys.Make(business.Database, ids, TimeProvider.System, business.Owner);
        foreach (var mail in mails)
            business._unsent.Enqueue(mail);
        await using var process = await business.Launch().Ready();
        using var api = business.Client(process);
        using var definition = new StringContent(Definitions.Desk, Encoding.UTF8, "application/json");
        (await api.PostAsync("/api/v1/agents", definition, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await process.Stop();
        return business;
    }

    public BizQProcess Launch() => BizQProcess.Launch(DataPath, _connectionString, _settings);

    /// <summary>Hands in up to <paramref name="mails"/> mails at once and approves what is open until the process is gone or <paramref name="stop"/> says so.</summary>
    public async Task DealWith(BizQProcess process, int mails, CancellationToken stop)
    {
        using var api = Client(process);
        var batch = new List<string>();
        while (batch.Count < mails && _unsent.TryDequeue(out var mail))
            batch.Add(mail);
        var handing = batch.Select(async mail => (Mail: mail, Taken: await HandIn(api, mail))).ToList();
        await ApproveAll(api, stop);
        foreach (var (mail, taken) in await Task.WhenAll(handing))
        {
            if (!taken)
                _unsent.Enqueue(mail);
        }
    }

    /// <summary>Returns after so many more approvals, or when none came for 5 s because nothing is left to approve.</summary>
    public async Task Approvals(int count)
    {
        while (count > 0 && await _approved.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken))
            count--;
    }

    /// <summary>Answers the questions how something ended that nobody knows.</summary>
    public async Task Answer(BizQProcess process, Approval question, string answer)
    {
        using var api = Client(process);
        (await api.PostAsJsonAsync($"/api/v1/approvals/{question.Id}/approve", new { hash = question.Hash, answer }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await DatabaseKit.Discard(Database);
        _approved.Dispose();
        _folder.Dispose();
    }

    /// <summary>False when no answer came: it may have been taken in all the same, and is handed in again.</summary>
    private static async Task<bool> HandIn(HttpClient api, string mail)
    {
        try
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(mail));
            content.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
            using var answer = await api.PostAsync("/api/v1/inbox/mail", content, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            return true;
        }
        catch (Exception died) when (died is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async Task ApproveAll(HttpClient api, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var open = await api.GetFromJsonAsync<JsonElement>("/api/v1/approvals?limit=200", stop);
                var mine = open.GetProperty("items").EnumerateArray().Where(a => a.GetProperty("kind").GetString() == "effect").ToList();
                await Task.WhenAll(mine.Select(a => Approve(api, a, stop)));
                // A person who looks again and again: from outside there is nothing else to wait for.
                await Task.Delay(TimeSpan.FromMilliseconds(mine.Count > 0 ? 1 : 30), TimeProvider.System, stop);
            }
        }
        catch (Exception over) when (over is HttpRequestException or IOException || stop.IsCancellationRequested)
        {
            // The process died, or it is enough.
        }
    }

    private async Task Approve(HttpClient api, JsonElement open, CancellationToken stop)
    {
        using var answer = await api.PostAsJsonAsync($"/api/v1/approvals/{open.GetProperty("id")}/approve", new { hash = open.GetProperty("hash") }, stop);
        if (answer.IsSuccessStatusCode)
            _approved.Release();
    }

    private HttpClient Client(BizQProcess process)
    {
        var client = new HttpClient { BaseAddress = process.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        return client;
    }
}
