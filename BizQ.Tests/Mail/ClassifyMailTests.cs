using BizQ.Core.Mail;
using BizQ.Core.Mail.Reading;

namespace BizQ.Tests.Mail;

public sealed class ClassifyMailTests
{
    private static readonly Guid Workspace = Guid.Parse("0190c0de-0000-7000-8000-000000000001");

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", MailClass.AutoReply, NotAnswered.AutoSubmitted)]
    [InlineData("Auto-Submitted: auto-generated (rule)", MailClass.AutoReply, NotAnswered.AutoSubmitted)]
    [InlineData("X-Autoreply: yes", MailClass.AutoReply, NotAnswered.AutoSubmitted)]
    [InlineData("X-BizQ-Workspace: 0190c0de-0000-7000-8000-000000000002", MailClass.AutoReply, NotAnswered.AutoSubmitted)]
    [InlineData("X-BizQ-Workspace: 0190c0de-0000-7000-8000-000000000001", MailClass.OwnMail, NotAnswered.OwnMessage)]
    [InlineData("X-Auto-Response-Suppress: DR, OOF, AutoReply", MailClass.AutoReply, NotAnswered.ResponseSuppressed)]
    [InlineData("Precedence: bulk", MailClass.MailingList, NotAnswered.BulkPrecedence)]
    [InlineData("List-Unsubscribe: <mailto:leave@list.example>", MailClass.MailingList, NotAnswered.ListHeader)]
    [InlineData("List-Id: <tents.list.example>", MailClass.MailingList, NotAnswered.ListHeader)]
    [InlineData("Return-Path: <>", MailClass.Bounce, NotAnswered.NullReturnPath)]
    [InlineData("X-Failed-Recipients: x@y.example", MailClass.Bounce, NotAnswered.DeliveryReport)]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status; boundary=q", MailClass.Bounce, NotAnswered.DeliveryReport)]
    [InlineData("Content-Type: multipart/report; report-type=disposition-notification; boundary=q", MailClass.AutoReply, NotAnswered.ReadReceipt)]
    [InlineData("Content-Type: multipart/report; report-type=feedback-report; boundary=q", MailClass.AutoReply, NotAnswered.AutoSubmitted)]
    public void Headers_of_machines_are_recognised(string header, MailClass kind, NotAnswered why) =>
        Assert.Equal(new Classified(kind, why), Of(Mails.Ordinary(more: header)));

    [Theory]
    [InlineData("Auto-Submitted: no")]
    [InlineData("X-Auto-Response-Suppress: DR, RN, NRN")]
    [InlineData("Return-Path: <ana@customers.example>")]
    [InlineData("Precedence: first-class")]
    public void Headers_of_people_start_an_agent(string header) =>
        Assert.Equal(new Classified(MailClass.Ordinary, null), Of(Mails.Ordinary(more: header)));

    [Theory]
    [InlineData("Out of office: back on Monday", NotAnswered.AutoReplySubject)]
    [InlineData("Automatic reply: Where is my order?", NotAnswered.AutoReplySubject)]
    [InlineData("Abwesenheitsnotiz", NotAnswered.AutoReplySubject)]
    [InlineData("Réponse automatique : commande", NotAnswered.AutoReplySubject)]
    [InlineData("Automatic reply on my watch is broken", null)]
    [InlineData("Re: Out of office chairs, do you sell them?", null)]
    [InlineData("Vacation gear", null)]
    public void Subjects_of_notes_are_told_from_questions_about_them(string subject, NotAnswered? why) =>
        Assert.Equal(why, Of(Mails.Ordinary(subject: subject)).Why);

    [Theory]
    [InlineData("Mail Delivery System <MAILER-DAEMON@mx.example>", MailClass.Bounce, NotAnswered.MailDaemon)]
    [InlineData("Parcel <no-reply@parcels.example>", MailClass.AutoReply, NotAnswered.NoReplyAddress)]
    [InlineData("donotreply-shop@x.example", MailClass.AutoReply, NotAnswered.NoReplyAddress)]
    [InlineData("Support <Support@Shop.example>", MailClass.OwnMail, NotAnswered.OwnAddress)]
    public void Senders_that_take_no_answer_get_none(string from, MailClass kind, NotAnswered why) =>
        Assert.Equal(new Classified(kind, why), Of(Mails.Ordinary(from: from)));

    [Fact]
    public void A_mail_without_a_sender_is_kept() =>
        Assert.Equal(new Classified(MailClass.Ordinary, NotAnswered.NoSender), Of(Mails.Raw("Subject: x", "", "text")));

    [Fact]
    public void An_out_of_office_note_with_an_empty_return_path_is_no_bounce() =>
        Assert.Equal(MailClass.AutoReply, Of(Mails.Ordinary(more: ["Return-Path: <>", "Auto-Submitted: auto-replied"])).Class);

    [Fact]
    public void Every_reason_has_its_sentence() =>
        Assert.All(Enum.GetValues<NotAnswered>(), why => Assert.NotEqual("It was kept without an answer.", why.Sentence()));

    private static Classified Of(byte[] raw)
    {
        var mail = ParseMail.Of(raw).Value;
        return ClassifyMail.Of(mail.Message, mail.FromAddress, "support@shop.example", Workspace, ownMessageId: false);
    }
}
