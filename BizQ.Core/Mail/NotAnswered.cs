namespace BizQ.Core.Mail;

/// <summary>Why a message that came in started no agent.</summary>
public enum NotAnswered
{
    AutoSubmitted,
    ResponseSuppressed,
    AutoReplySubject,
    ReadReceipt,
    NoReplyAddress,
    DeliveryReport,
    NullReturnPath,
    MailDaemon,
    ListHeader,
    BulkPrecedence,
    OwnAddress,
    OwnMessage,
    NoSender,
    NoAgentListens,
    TooManyAnswers,
}

public static class NotAnsweredSentences
{
    public static string Sentence(this NotAnswered reason) => reason switch
    {
        NotAnswered.AutoSubmitted => "Its headers say that a machine sent it by itself; answering machines is how mail loops start.",
        NotAnswered.ResponseSuppressed => "Its sender asks not to be answered automatically.",
        NotAnswered.AutoReplySubject => "Its subject is that of an out-of-office note.",
        NotAnswered.ReadReceipt => "It is a receipt that tells a message was read.",
        NotAnswered.NoReplyAddress => "It comes from an address that takes no answers.",
        NotAnswered.DeliveryReport => "It is a report that another message could not be delivered.",
        NotAnswered.NullReturnPath => "It has an empty return path, as bounces do.",
        NotAnswered.MailDaemon => "It comes from a mail server, not from a person.",
        NotAnswered.ListHeader => "It went to a mailing list or is a newsletter.",
        NotAnswered.BulkPrecedence => "It was sent in bulk.",
        NotAnswered.OwnAddress => "It comes from this workspace's own address.",
        NotAnswered.OwnMessage => "BizQ itself sent it.",
        NotAnswered.NoSender => "It names no sender to answer.",
        NotAnswered.NoAgentListens => "No active agent has a mail trigger.",
        NotAnswered.TooManyAnswers => "This address has had so many answers within the hour that a loop is likely.",
        _ => "It was kept without an answer.",
    };
}
