using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Validation;

namespace BizQ.Web.Approvals;

/// <summary>An approval as the API shows it.</summary>
public sealed record ApprovalView(
    Guid Id, ApprovalKind Kind, ApprovalState State, string Title, string Why, Guid RunId, Guid AgentId, string AgentName, string NodeId, Guid? EffectId, string? Hash, JsonElement? Shown,
    DateTimeOffset RequestedAt, DateTimeOffset? DecidedAt, string? DecidedBy, string? Reason, bool Edited,
    string? Operation = null, string? Target = null, Money? Amount = null, Verdict? Verdict = null, int? Concerns = null)
{
    public static ApprovalView Of(Approval a) => new(
        a.Id, a.Kind, a.State, a.Title, a.Why, a.RunId, a.AgentId, a.AgentName, a.NodeId, a.EffectId, a.Hash, a.Shown, a.RequestedAt, a.DecidedAt, a.DecidedByName, a.Reason, a.Edited);

    public static ApprovalView Of(ApprovalItem item) =>
        Of(item.Approval) with { Operation = item.Operation, Target = item.Target, Amount = item.Amount, Verdict = item.Verdict, Concerns = item.Concerns };
}

/// <summary>One approval with all that stands behind it.</summary>
public sealed record ApprovalDetailView(
    Guid Id, ApprovalView Approval, LedgerView? Effect, CameIn CameIn, IReadOnlyList<Evidence> Evidence, IReadOnlyList<Finding> Findings, IReadOnlyList<MoveView> Events, IReadOnlyList<string> Models)
{
    public static ApprovalDetailView Of(ApprovalDetail detail) => new(
        detail.Approval.Id,
        ApprovalView.Of(detail.Approval),
        detail.Effect is { } effect ? LedgerView.Of(effect) : null,
        detail.CameIn,
        detail.Evidence,
        detail.Findings,
        [.. detail.Events.Select(move => new MoveView(move.Id, move.From, move.To, move.Hash, move.ByName, move.Note, move.At))],
        detail.Models);
}

public sealed record MoveView(Guid Id, EffectState? From, EffectState To, string Hash, string By, string? Note, DateTimeOffset At);

/// <summary>An effect of the ledger.</summary>
public sealed record LedgerView(
    Guid Id, Guid RunId, Guid AgentId, string NodeId, string Operation, JsonElement Arguments, string Hash, JsonElement? OriginalArguments, string? OriginalHash, string? Target, Money? Amount,
    EffectState State, Verdict? Verdict, JsonElement? Result, string? Error, DateTimeOffset ProposedAt, DateTimeOffset? EndedAt)
{
    public static LedgerView Of(Effect e) => new(
        e.Id, e.RunId, e.AgentId, e.NodeId, e.Operation, JsonElement.Parse(e.Arguments), e.Hash, e.OriginalArguments is { } original ? JsonElement.Parse(original) : null, e.OriginalHash, e.Target,
        e is { Amount: { } amount, Currency: { } currency } ? new Money(amount, currency) : null, e.State, e.Verdict, e.Result, e.Error, e.ProposedAt, e.EndedAt);
}
