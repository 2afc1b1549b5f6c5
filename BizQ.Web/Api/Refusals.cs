using BizQ.Core;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Api;

/// <summary>The one place where a refusal becomes an RFC 9457 problem document.</summary>
public static class Refusals
{
    /// <param name="refusal">The expected "no".</param>
    /// <param name="more">What the caller needs to go on, under names of their own.</param>
    public static IResult ToProblem(this Refusal refusal, params (string Name, object? Value)[] more)
    {
        var problem = new ProblemDetails
        {
            Status = StatusOf(refusal.Kind),
            Title = TitleOf(refusal.Kind),
            Detail = refusal.Message,
            Type = $"https://bizq.dev/problems/{refusal.Code}",
            Extensions = { ["code"] = refusal.Code },
        };
        if (refusal.Problems is { Count: > 0 } problems)
            problem.Extensions["errors"] = problems;
        foreach (var (name, value) in more)
            problem.Extensions[name] = value;
        return Results.Problem(problem);
    }

    /// <summary>The value as JSON, or the refusal as a problem document.</summary>
    public static IResult ToHttp<T>(this Outcome<T> outcome, Func<T, IResult>? whenOk = null) => outcome.Refusal is { } refusal
        ? refusal.ToProblem()
        : (whenOk ?? (value => Results.Json(value, Json.Options)))(outcome.Value);

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status400BadRequest,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.Stale => StatusCodes.Status412PreconditionFailed,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.Limited => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static string TitleOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => "What was sent cannot be used",
        RefusalKind.Unauthenticated => "Sign in first",
        RefusalKind.Forbidden => "Not allowed",
        RefusalKind.NotFound => "Not found",
        RefusalKind.Conflict => "Somebody else was first",
        RefusalKind.Stale => "It has changed since you read it",
        RefusalKind.TooLarge => "Too large",
        RefusalKind.Unsupported => "This format is not read",
        RefusalKind.Limited => "Too many requests",
        _ => "Not available right now",
    };
}
