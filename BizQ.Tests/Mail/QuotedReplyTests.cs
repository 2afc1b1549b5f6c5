using BizQ.Core.Mail.Reading;

namespace BizQ.Tests.Mail;

public sealed class QuotedReplyTests
{
    [Theory]
    [InlineData("Thanks!\n\nOn Mon, 23 Nov 2026 at 09:00, Shop <a@b>\nwrote:\n\n> Hello\n> there", "Thanks!")]
    [InlineData("Danke.\n\nAm 23.11.2026 um 09:00 schrieb Laden:\n> Hallo", "Danke.")]
    [InlineData("Thank you!\n\nOn Monday, Shop wrote:\n> Hello", "Thank you!")]
    [InlineData("Merci\n\nLe 23 nov. 2026 à 09:00, Boutique a écrit :\n> Bonjour", "Merci")]
    [InlineData("Yes please.\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\nTo: Ana\nSubject: Your order\n\nHello", "Yes please.")]
    [InlineData("Yes please.\n\nFrom: Shop <a@b>\nSent: Monday\nTo: Ana\nSubject: Your order\n\nHello", "Yes please.")]
    [InlineData("New above\n> old\n> older\n", "New above")]
    [InlineData("On 23 Nov 2026, Shop wrote:\n> Which size?\nLarge.\n> Which colour?\nRed.", "Large.\nRed.")]
    [InlineData("On Monday I wrote:\nnothing, because there is no number here", "On Monday I wrote:\nnothing, because there is no number here")]
    [InlineData("On 3 May I ordered a tent.\nIt never came.", "On 3 May I ordered a tent.\nIt never came.")]
    public void What_is_new_is_told_from_what_is_quoted(string text, string written) =>
        Assert.Equal(written, QuotedReply.Split(text).New);

    [Fact]
    public void A_mail_that_only_forwards_keeps_its_text()
    {
        const string text = "-----Original Message-----\nFrom: x\nSent: y\nTo: z\n\nPlease look at this.";
        Assert.Equal(new QuotedReply(text, ""), QuotedReply.Split(text));
    }
}
