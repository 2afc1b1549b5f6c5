using BizQ.Core;
using BizQ.Core.Mail;

namespace BizQ.Web.Mail.Adding;

/// <summary>A mail that was brought in by hand on this page, or why it was not.</summary>
/// <param name="Name">What the person knows it by: its file or its subject.</param>
/// <param name="Sample">Which sample it was.</param>
public sealed record AddedMail(string Name, MailReceipt? Receipt, Refusal? Refusal, string? Sample = null)
{
    public static AddedMail Of(string name, Outcome<MailReceipt> outcome, string? sample = null) =>
        outcome.Ok ? new(name, outcome.Value, null, sample) : new(name, null, outcome.Refusal, sample);
}
