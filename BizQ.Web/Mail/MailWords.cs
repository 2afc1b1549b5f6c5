using System.Globalization;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Web.Controls;
using BizQ.Web.Runs;

namespace BizQ.Web.Mail;

/// <summary>What became of a mail, in words and tones: the same in the list and on its page.</summary>
internal static class MailWords
{
    public static (string Text, Tone Tone) Of(MailLine mail) => mail switch
    {
        { Direction: MailDirection.Out } => Sent(mail.Sent),
        { RunStatus: null } => Kept(mail.Class, mail.NotAnswered),
        { Sent: EffectState.Uncertain } => ("Perhaps answered", Tone.Warn),
        { RunStatus: RunStatus.WaitingForApproval, Sent: EffectState.Done } => ("Answered, more to do", Tone.Warn),
        { RunStatus: RunStatus.WaitingForApproval } => ("Waiting for approval", Tone.Warn),
        { RunStatus: RunStatus.Succeeded, Sent: EffectState.Done } => ("Answered", Tone.Good),
        { RunStatus: RunStatus.Succeeded, Sent: EffectState.Rejected } => ("Answer rejected", Tone.Neutral),
        { Sent: EffectState.Blocked } => ("Answer blocked", Tone.Bad),
        { RunStatus: RunStatus.Succeeded } => ("Done", Tone.Good),
        { RunStatus: { } status } => RunWords.Of(status),
    };

    public static string Kind(MailClass kind) => kind switch
    {
        MailClass.AutoReply => "Automatic reply",
        MailClass.Bounce => "Bounce",
        MailClass.MailingList => "Mailing list",
        MailClass.OwnMail => "Own mail",
        _ => "Ordinary",
    };

    /// <summary>"812 B", "14 KiB", "2.4 MiB".</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
    };

    private static (string Text, Tone Tone) Sent(EffectState? state) => state switch
    {
        EffectState.Done => ("Sent", Tone.Good),
        EffectState.Uncertain => ("Perhaps sent", Tone.Warn),
        EffectState.Failed or EffectState.Blocked or EffectState.Rejected => ("Not sent", Tone.Bad),
        _ => ("On its way out", Tone.Accent),
    };

    private static (string Text, Tone Tone) Kept(MailClass kind, NotAnswered? why) => why switch
    {
        NotAnswered.NoAgentListens => ("No agent listens", Tone.Warn),
        NotAnswered.TooManyAnswers => ("Held back", Tone.Warn),
        NotAnswered.NoSender => ("No sender", Tone.Neutral),
        _ => (Kind(kind), Tone.Neutral),
    };
}
