using System.Text.Json;
using BizQ.Agents.Effects;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Approvals;

/// <param name="EditedArguments">What to run instead of what was proposed; fields left out stay as they are.</param>
/// <param name="Hash">The hash that was shown; another one is refused.</param>
/// <param name="Answer">Where it is not known whether it was done: sent, retry or giveUp. Where a step failed: retry, continue or stop.</param>
public sealed record ApproveBody(JsonElement? EditedArguments = null, string? Hash = null, string? Note = null, string? Answer = null);

public sealed record RejectBody(string? Reason = null, string? Hash = null);

public static class ApprovalsApi
{
    public static void MapApprovalsApi(this RouteGroupBuilder api)
    {
        var approvals = api.MapGroup("/approvals").WithTags("Approvals");
        approvals.MapGet("/", List).WithSummary("Approvals; open ones by default and oldest first, others newest first");
        approvals.MapGet("/{id:guid}", Read).WithSummary("One approval with what came in, what would be done, the evidence and every finding");
        approvals.MapPost("/{id:guid}/approve", Approve).WithSummary("Approve, as proposed or edited");
        approvals.MapPost("/{id:guid}/reject", Reject).WithSummary("Reject, with a reason");
        var effects = api.MapGroup("/effects").WithTags("Effects");
        effects.MapGet("/", Effects).WithSummary("The ledger of effects, newest first");
        effects.MapPost("/{id:guid}/undo", Undo).WithSummary("Take back what an effect did, where its operation can be undone");
    }

    private static async Task<IResult> List(HttpContext http, ListApprovals list, ApprovalState? state, Guid? run, Guid? agent, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new ListApprovalsRequest(state ?? ApprovalState.Open, run, agent, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<ApprovalView>([.. page.Items.Select(ApprovalView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadApproval read) =>
        (await read.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(detail => Results.Json(ApprovalDetailView.Of(detail), Json.Options));

    private static Task<IResult> Approve(Guid id, ApproveBody? body, HttpContext http, DecideApproval decide) =>
        Decide(http, decide, new DecideRequest(id, true, body?.Note, body?.EditedArguments, body?.Hash, body?.Answer));

    private static Task<IResult> Reject(Guid id, RejectBody? body, HttpContext http, DecideApproval decide) =>
        Decide(http, decide, new DecideRequest(id, false, body?.Reason, null, body?.Hash));

    private static async Task<IResult> Decide(HttpContext http, DecideApproval decide, DecideRequest request) =>
        (await decide.Run(http.User.ToActor()!, request, http.RequestAborted)).ToHttp(approval => Results.Json(ApprovalView.Of(approval), Json.Options));

    private static async Task<IResult> Effects(HttpContext http, ListEffects list, EffectState? state, Guid? run, string? operation, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new ListEffectsRequest(state, run, operation, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<LedgerView>([.. page.Items.Select(LedgerView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Undo(Guid id, HttpContext http, UndoEffect undo) =>
        (await undo.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(effect => Results.Json(LedgerView.Of(effect), Json.Options));
}
