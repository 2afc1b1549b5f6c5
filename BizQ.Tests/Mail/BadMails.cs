using System.Text;
using BizQ.Core.Data;

namespace BizQ.Tests.Mail;

/// <summary>Mails as bad as they come in practice, and what must become of each whatever way it came.</summary>
/// <param name="Refusal">The code it is refused with; null when it is taken in.</param>
/// <param name="Note">What is said to have been guessed in one that is taken in.</param>
public sealed record BadMail(string Name, byte[] Raw, string? Refusal, string? Note = null)
{
    public static readonly IReadOnlyList<BadMail> All =
    [
        new("nothing", [], "notAMail"),
        new("text-only", "Dear shop,\r\n\r\nthis was saved without its headers.\r\n"u8.ToArray(), "notAMail"),
        new("a-picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Enumerable.Range(0, 4000).Select(i => (byte)(i * 31))], "notAMail"),
        new("thirty-megabytes", Large(), "mailTooLarge"),
        new("empty-body", Mails.Ordinary(id: "empty@x.example", text: ""), null),
        new("broken-mime", Mails.Raw(
            "From: Ana Lind <ana@customers.example>", "To: support@shop.example", "Subject: Broken", "Message-ID: <broken@x.example>", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=\"never-closed\"", "", "--never-closed", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
            "SGVsbG8sIHdoZXJlIGlzIG15IHBhcmNlbD8", "--never-closed", "Content-Type: application/pdf; name=\"bill.pdf\"", "Content-Transfer-Encoding: base64", "", "JVBERi0xLj"), null),
        new("broken-headers", Encoding.ASCII.GetBytes("From ana\r\nFrom: <<ana@customers.example\r\nDate: yesterday, I think\r\nSubject: =?utf-8?B?!!!?=\r\nContent-Type: text/\r\nMessage-ID: <headers@x.example>\r\n\r\nStill a mail.\r\n"), null),
        new("unknown-charset", Mails.Raw(
            "From: Ana Lind <ana@customers.example>", "To: support@shop.example", "Subject: Charset", "Message-ID: <charset@x.example>",
            "Content-Type: text/plain; charset=klingon-8", "", "Where is my parcel?"), null, "klingon-8"),
    ];

    private static byte[] Large()
    {
        var head = Mails.Ordinary(id: "large@x.example", subject: "Large");
        var mail = new byte[30 * 1024 * 1024];
        Assert.True(mail.Length > Archive.MostBytes);
        mail.AsSpan().Fill((byte)'x');
        head.CopyTo(mail, 0);
        return mail;
    }
}
