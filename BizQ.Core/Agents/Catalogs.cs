using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>How a node kind describes itself: the definition's schema, the form in the builder and the reference page come from it.</summary>
/// <param name="Icon">A MudBlazor Material icon name, such as "Email".</param>
/// <param name="Settings">JSON Schema (2020-12) of its settings object.</param>
/// <param name="Output">One sentence: what <c>steps.ID.output</c> holds.</param>
/// <param name="Expressions">JSON pointers into settings ("*" for any key or index, a last "**" for everything below) whose text may hold <c>{{ }}</c> expressions. A text of format "expression" in the schema is one as a whole; one of format "fixed" must hold none.</param>
public sealed record NodeDescription(string Kind, string Title, string Summary, string Icon, JsonElement Settings, string Output, IReadOnlyList<string> Expressions)
{
    /// <summary>What exactly it does where a reader of the reference might wonder; one sentence or two each.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>True when the time limit of such a node is for all that it leads to, such as a loop's rounds, and not for an attempt at its own work.</summary>
    public bool LimitsAll { get; init; }
}

public enum UndoWay { Irreversible, Operation, Compensation }

/// <summary>One thing a tool can do.</summary>
/// <param name="Name">Full name, such as "mail.send".</param>
/// <param name="Writes">False for reading only: such calls need no approval.</param>
/// <param name="Idempotent">True when a repeat under the same key cannot act twice; false makes a crash in flight Uncertain.</param>
public sealed record OperationDescription(string Name, string Title, string Summary, JsonElement Arguments, bool Writes, bool Idempotent, UndoWay Undo);

/// <summary>Whom an operation acts on as people know them (a mail address, a customer's name) and the amount of money it moves, if any.</summary>
public sealed record Aim(string? Target, Money? Amount);

/// <summary>Everything an agent can be made of. Filled by BizQ.Agents at start; Core checks definitions against it.</summary>
/// <param name="ExpressionProblem">What is wrong with an expression's syntax, as a sentence; null when nothing is. Core knows no script engine.</param>
/// <param name="AimOf">Whom an operation with these arguments acts on and what it moves: the tool's own answer, which Core needs to judge an edit.</param>
public sealed record AgentCatalog(
    IReadOnlyList<NodeDescription> Nodes,
    IReadOnlyList<OperationDescription> Operations,
    Func<string, string?> ExpressionProblem,
    Func<string, JsonElement, Aim>? AimOf = null)
{
    /// <summary>Reads a text; true when the whole of it is one expression, with or without braces.</summary>
    public Func<string, bool, ExpressionReading> ReadExpression { get; init; } = (text, _) => new ExpressionReading(ExpressionProblem(text), []);

    /// <summary>What is wrong with the code of a function, as a sentence; null when nothing is. A text of format "javascript" is such code.</summary>
    public Func<string, string?> CodeProblem { get; init; } = _ => null;

    /// <summary>What is wrong with a cron expression, as a sentence; null when nothing is.</summary>
    public Func<string, string?> CronProblem { get; init; } = _ => null;

    /// <summary>When a cron in a time zone is due next after a moment; null when it never is again.</summary>
    public Func<string, string, DateTimeOffset, DateTimeOffset?> NextFiring { get; init; } = (_, _, _) => null;
}
