using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Web.Controls;
using Microsoft.AspNetCore.Diagnostics;

namespace BizQ.Web.Api;

/// <summary>
/// What nobody expected: the log gets the whole story, the caller a problem document with the same reference number and never
/// a stack trace. What the caller got wrong on the way to a handler (broken JSON, too large) is told plainly.
/// </summary>
public sealed partial class ApiErrors(ILogger<ApiErrors> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // By now the request's own path says /error.
        if (!ApiRoom.IsApi(httpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? httpContext.Request.Path))
            return false;
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        await (exception is BadHttpRequestException bad ? RefusalOf(bad).ToProblem() : Unexpected(exception)).ExecuteAsync(httpContext);
        return true;
    }

    private IResult Unexpected(Exception exception)
    {
        var reference = Reference.New();
        log.LogError(exception, "A request failed; answered as {Reference}", reference);
        return Results.Problem(
            statusCode: StatusCodes.Status500InternalServerError,
            title: "Something went wrong",
            detail: $"It is our fault. If it happens again, report the reference number {reference}.",
            type: "https://bizq.dev/problems/unexpected",
            extensions: new Dictionary<string, object?> { ["code"] = "unexpected", ["reference"] = reference });
    }

    private static Refusal RefusalOf(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => Refusal.TooLarge("bodyTooLarge", "The body is larger than this route takes."),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            new Refusal(RefusalKind.Unsupported, "unsupportedMediaType", "Send the body as application/json, or as what this route's description names."),
        { InnerException: JsonException json } => Refusal.Invalid(
            "invalidJson",
            $"The body is not the JSON this route takes{(json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "")}.",
            new Problem(PointerOf(json.Path), "Not readable as what belongs here.")),
        _ when Unbound().Match(bad.Message) is { Success: true } unbound =>
            Refusal.Invalid("badParameter", $"\"{unbound.Groups["value"].Value}\" cannot be used as {unbound.Groups["name"].Value}."),
        _ => Refusal.Invalid("badRequest", bad.Message),
    };

    /// <summary>The framework's sentence names the CLR type, which says nothing to a caller.</summary>
    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\w+)\" from \"(?<value>.*)\"\\.$")]
    private static partial Regex Unbound();

    /// <summary>"$.scopes[0]" becomes "/scopes/0".</summary>
    private static string PointerOf(string? path) =>
        (path ?? "").TrimStart('$').Replace("['", "/", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal)
        .Replace('.', '/').Replace('[', '/').Replace("]", "", StringComparison.Ordinal);
}
