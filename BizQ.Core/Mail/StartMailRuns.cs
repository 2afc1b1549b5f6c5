using System.Collections.Concurrent;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Mail;

/// <summary>Which agents work on a message: every active one with a mail trigger, if it may be answered at all.</summary>
public sealed class StartMailRuns(StartRun start, MailOptions options, TimeProvider clock)
{
    private static readonly TimeSpan LoopWindow = TimeSpan.FromHours(1);

    /// <summary>The mail trigger of a version of an agent, if it has one. A version never changes, so its definition is read once and not for every mail.</summary>
    private readonly ConcurrentDictionary<Guid, string?> _listens = new();

    /// <summary>Adds the runs to the caller's transaction and marks the mail; the caller saves, then wakes them.</summary>
    public async Task<IReadOnlyList<Guid>> Add(BizQDb db, Actor actor, MailMessage mail, CancellationToken cancel)
    {
        if (mail.NotAnswered is null && await LoopsLikely(db, mail.FromAddress, cancel))
            mail.NotAnswered = NotAnswered.TooManyAnswers;
        return mail.NotAnswered is null ? await AddAnyway(db, actor, mail, cancel) : [];
    }

    /// <summary>Without asking whether the message is of a kind that is answered: for people who say that it should be.</summary>
    public async Task<IReadOnlyList<Guid>> AddAnyway(BizQDb db, Actor actor, MailMessage mail, CancellationToken cancel)
    {
        var listening = await Listening(db, cancel);
        var input = listening.Count == 0 ? default : MailInput.Of(mail);
        var title = mail.Subject.Length > 0 ? mail.Subject : $"Mail from {(mail.FromAddress.Length > 0 ? mail.FromAddress : "an unnamed sender")}";
        var runs = new List<Guid>();
        foreach (var agent in listening)
        {
            var request = new StartRunRequest(agent.Id, "mail", title, input, $"mail:{mail.Id}:{agent.Id}", mail.Id) { TriggerId = _listens.GetValueOrDefault(agent.CurrentVersionId!.Value) };
            runs.Add((await start.Add(db, actor, agent, request, cancel)).Id);
        }
        mail.RunId = runs.Count > 0 ? runs[0] : null;
        mail.NotAnswered = runs.Count > 0 ? null : NotAnswered.NoAgentListens;
        return runs;
    }

    private async Task<List<Agent>> Listening(BizQDb db, CancellationToken cancel)
    {
        var active = await db.Agents.AsNoTracking().Where(a => a.Status == AgentStatus.Active && a.CurrentVersionId != null).OrderBy(a => a.Id).ToListAsync(cancel);
        var unread = active.Select(a => a.CurrentVersionId!.Value).Where(version => !_listens.ContainsKey(version)).ToList();
        if (unread.Count > 0)
        {
            foreach (var version in await db.AgentVersions.AsNoTracking().Where(v => unread.Contains(v.Id)).Select(v => new { v.Id, v.Definition }).ToListAsync(cancel))
                _listens[version.Id] = Json.Read<AgentDefinition>(version.Definition)!.Triggers.FirstOrDefault(t => t.Kind == "mail")?.Id;
        }
        return [.. active.Where(a => _listens.GetValueOrDefault(a.CurrentVersionId!.Value) is not null)];
    }

    private Task<bool> LoopsLikely(BizQDb db, string address, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - LoopWindow;
        return db.Mails.Where(m => m.Direction == MailDirection.Out && m.ReceivedAt > since && m.ToAddresses == address)
            .Skip(options.MostAnswersPerHour - 1).AnyAsync(cancel);
    }
}
