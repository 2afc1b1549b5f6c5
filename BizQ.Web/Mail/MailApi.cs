using BizQ.Core;
using BizQ.Core.Mail;
using BizQ.Core.Mail.Reading;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace BizQ.Web.Mail;

public static class MailApi
{
    public static void MapMailApi(this RouteGroupBuilder api)
    {
        api.MapPost("/inbox/mail", Receive).WithTags("Mail").WithSummary("Take in one mail (raw message/rfc822); the same Message-ID or Idempotency-Key again answers with the first receipt")
            .WithMetadata(new RequestSizeLimitAttribute(ReadBody.MostThrownAway)).Accepts<Stream>("message/rfc822").Produces<MailReceipt>(StatusCodes.Status202Accepted);
        var mail = api.MapGroup("/mail").WithTags("Mail");
        mail.MapGet("/", List).WithSummary("Mail that came in and went out, newest first");
        mail.MapGet("/{id:guid}", Read).WithSummary("One mail with its text, attachments, runs and conversation");
        mail.MapGet("/{id:guid}/raw", Raw).WithSummary("The mail as it came in or went out, byte for byte");
        mail.MapGet("/{id:guid}/attachments/{index:int}", Attachment).WithSummary("One attachment");
        mail.MapPost("/{id:guid}/answer", Answer).WithSummary("Let the agents with a mail trigger work on a mail that was kept").Produces<MailReceipt>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> Receive(HttpContext http, ReceiveMail receive)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals("message/rfc822", StringComparison.OrdinalIgnoreCase))
            return new Refusal(RefusalKind.Unsupported, "notAMailType", "Send the raw message with Content-Type: message/rfc822.").ToProblem();
        var key = http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        var body = await ReadBody.Run(http.Request, http.RequestAborted);
        if (body is null)
            return ParseMail.TooLarge(http.Request.ContentLength).ToProblem();
        if (SplitMailbox.Of(body).Count > 1)
            return Refusal.Invalid("severalMails", "This is a mailbox with several messages. Send them one by one.").ToProblem();
        return (await receive.Run(http.User.ToActor()!, body, key, http.RequestAborted)).ToHttp(Accepted);
    }

    private static async Task<IResult> List(
        HttpContext http, ListMails list, MailDirection? direction, [FromQuery(Name = "class")] MailClass? kind, string? q, Guid? thread, bool? kept, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new ListMailsRequest(direction, kind, q, thread, limit, cursor, kept == true), http.RequestAborted)).ToHttp();

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadMail read) =>
        (await read.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp();

    private static async Task<IResult> Raw(Guid id, HttpContext http, ReadMail read) =>
        (await read.Raw(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(file => Download(http, file));

    private static async Task<IResult> Attachment(Guid id, int index, HttpContext http, ReadMail read) =>
        (await read.Attachment(http.User.ToActor()!, id, index, http.RequestAborted)).ToHttp(file => Download(http, file));

    private static async Task<IResult> Answer(Guid id, HttpContext http, AnswerMail answer) =>
        (await answer.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(Accepted);

    private static IResult Accepted(MailReceipt receipt) => Results.Json(receipt, Json.Options, statusCode: StatusCodes.Status202Accepted);

    /// <summary>Always as a file and never as what it claims to be: a stranger's HTML must not run under this address.</summary>
    private static IResult Download(HttpContext http, MailFile file)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "sandbox";
        return Results.File(file.Content, "application/octet-stream", file.Name);
    }
}
