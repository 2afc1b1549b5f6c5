namespace BizQ.Core.Mail;

/// <summary>The section "Mail" of the configuration, without what sending needs.</summary>
public sealed record MailOptions
{
    public const string Section = "Mail";

    /// <summary>Answers one address may get within an hour; more is taken for a loop between two machines.</summary>
    public int MostAnswersPerHour { get; init; } = 20;
}
